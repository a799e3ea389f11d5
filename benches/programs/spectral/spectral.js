// Arithmetic over lists: the spectral norm of a matrix of 300 rows that is computed rather than kept.
function a(i, j) { return 1 / ((i + j) * (i + j + 1) / 2 + i + 1); }

function times(v, out) {
  const n = v.length;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += a(i, j) * v[j];
    out[i] = sum;
  }
}

function transposedTimes(v, out) {
  const n = v.length;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += a(j, i) * v[j];
    out[i] = sum;
  }
}

const n = 300;
const u = new Array(n).fill(1), v = new Array(n).fill(0), t = new Array(n).fill(0);
for (let i = 0; i < 10; i++) {
  times(u, t); transposedTimes(t, v);
  times(v, t); transposedTimes(t, u);
}
let vbv = 0, vv = 0;
for (let i = 0; i < n; i++) { vbv += u[i] * v[i]; vv += v[i] * v[i]; }
console.log(Math.round(Math.sqrt(vbv / vv) * 1e9));
