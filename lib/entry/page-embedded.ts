/** torsh.wasm as text (gzip, base64). In pages dist/web/wasm.mjs stands here, which tools/build/web.mjs writes. */
export default '';
