// The platform packages: what npm asks of the machine (os, cpu, libc), and how the binary is made.
//
//   triplet   GNU's name of the system, for cross compilers and Debian's folders
//   cc        compilers to try in turn, where CC is not set
//   glibc     the oldest C library it loads on: symbols are bound to versions no newer
//   pages     body of core/pages.h; budget: of napi/budget.h (budget_posix unless it is named)

const linux = { os: 'linux', pages: 'pages_posix' };
export const platforms = {
  'linux-x64-gnu': { ...linux, cpu: 'x64', libc: 'glibc', triplet: 'x86_64-linux-gnu', cc: ['x86_64-linux-gnu-gcc', 'gcc'], glibc: '2.17' },
  'linux-arm64-gnu': { ...linux, cpu: 'arm64', libc: 'glibc', triplet: 'aarch64-linux-gnu', cc: ['aarch64-linux-gnu-gcc', 'gcc'], glibc: '2.17' },
  'linux-x64-musl': { ...linux, cpu: 'x64', libc: 'musl', triplet: 'x86_64-linux-musl', cc: ['musl-gcc', 'gcc'] },
  'linux-arm64-musl': { ...linux, cpu: 'arm64', libc: 'musl', triplet: 'aarch64-linux-musl', cc: ['aarch64-linux-musl-gcc', 'gcc'] },
  'darwin-x64': { os: 'darwin', cpu: 'x64', cc: ['clang'], flags: ['-arch', 'x86_64', '-mmacosx-version-min=11'], pages: 'pages_posix' },
  'darwin-arm64': { os: 'darwin', cpu: 'arm64', cc: ['clang'], flags: ['-arch', 'arm64', '-mmacosx-version-min=11'], pages: 'pages_posix' },
  'win32-x64': { os: 'win32', cpu: 'x64', triplet: 'x86_64-w64-mingw32', cc: ['x86_64-w64-mingw32-gcc-posix', 'x86_64-w64-mingw32-gcc', 'gcc'], pages: 'pages_none', budget: 'budget_windows' },
};

/** The package of a platform. */
export const packageName = (platform) => `@torsh/${platform}`;
