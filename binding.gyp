{
  'variables': {
    'openblas%': '<!(node tools/build/openblas.mjs found)',
    'loops': ['<!@(node tools/sources.mjs loops)'],
  },
  'target_defaults': {
    'cflags': ['-std=gnu11', '-fvisibility=hidden', '-fPIC', '-Wall', '-Wextra', '-ffp-contract=off', '-fno-math-errno', '-fno-trapping-math'],
    'cflags!': ['-O2'],
    'configurations': { 'Release': { 'cflags': ['-O3'] }, 'Debug': { 'cflags': ['-O0', '-g'] } },
    'xcode_settings': {
      'GCC_OPTIMIZATION_LEVEL': '3', 'GCC_SYMBOLS_PRIVATE_EXTERN': 'YES',
      'OTHER_CFLAGS': ['-std=gnu11', '-ffp-contract=off', '-fno-math-errno', '-fno-trapping-math'],
    },
  },
  'targets': [
    { 'target_name': 'loops_base', 'type': 'static_library', 'sources': ['<@(loops)'], 'defines': ['TS_ISA=base'] },
    {
      'target_name': 'torsh',
      'sources': ['<!@(node tools/sources.mjs native)'],
      'dependencies': ['loops_base'],
      'libraries': ['-lpthread', '-lm'],
      'ldflags': ['-Wl,--exclude-libs,ALL'],
      'conditions': [
        ['openblas=="yes"', {
          'sources': ['<!@(node tools/sources.mjs gemm_openblas)'],
          'cflags': ['<!@(node tools/build/openblas.mjs cflags)'],
          'libraries': ['<!@(node tools/build/openblas.mjs libs)'],
        }, {
          'sources': ['<!@(node tools/sources.mjs gemm_packed)'],
        }],
        ['target_arch=="x64"', { 'dependencies': ['loops_avx2', 'loops_avx512'] }],
      ],
    },
  ],
  'conditions': [
    ['target_arch=="x64"', {
      'targets': [
        { 'target_name': 'loops_avx2', 'type': 'static_library', 'sources': ['<@(loops)'], 'defines': ['TS_ISA=avx2'],
          'cflags': ['-mavx2', '-mfma', '-mf16c', '-mbmi2'], 'xcode_settings': { 'OTHER_CFLAGS': ['-mavx2', '-mfma', '-mf16c', '-mbmi2'] } },
        { 'target_name': 'loops_avx512', 'type': 'static_library', 'sources': ['<@(loops)'], 'defines': ['TS_ISA=avx512'],
          'cflags': ['-mavx512f', '-mavx512bw', '-mavx512dq', '-mavx512vl', '-mfma', '-mf16c', '-mbmi2', '-mprefer-vector-width=512'],
          'xcode_settings': { 'OTHER_CFLAGS': ['-mavx512f', '-mavx512bw', '-mavx512dq', '-mavx512vl', '-mfma', '-mf16c', '-mbmi2'] } },
      ],
    }],
  ],
}
