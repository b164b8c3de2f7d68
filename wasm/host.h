/* What the host calls, and what it offers. */
#ifndef TS_WASM_HOST_H
#define TS_WASM_HOST_H

#define EXPORT(name) __attribute__((export_name(#name), visibility("default"))) name
#define IMPORT(name) __attribute__((import_module("env"), import_name(#name))) extern

#endif
