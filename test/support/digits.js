// The handwritten digits of examples/data: 1,797 rows of 64 pixels (0 to 16) and a label.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { gunzipSync } = require('node:zlib');

/** { pixels: Float32Array of n*64 in [0, 1], labels: Int32Array of n, n } */
function readDigits() {
  const text = gunzipSync(readFileSync(join(__dirname, '..', '..', 'examples', 'data', 'digits.csv.gz'))).toString('utf8');
  const rows = text.trim().split('\n').map((line) => line.split(',').map(Number));
  return {
    n: rows.length,
    pixels: Float32Array.from(rows.flatMap((row) => row.slice(0, 64).map((x) => x / 16))),
    labels: Int32Array.from(rows.map((row) => row[64])),
  };
}

module.exports = { readDigits };
