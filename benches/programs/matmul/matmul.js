// Lists of lists: the product of two matrices of 240 by 240 numbers.
function matrix(n) {
  const rows = [];
  for (let i = 0; i < n; i++) {
    const row = [];
    for (let j = 0; j < n; j++) row.push((i - j) * (i + j) / n);
    rows.push(row);
  }
  return rows;
}

function product(a, b) {
  const n = a.length;
  const columns = [];
  for (let j = 0; j < n; j++) {
    const column = [];
    for (let i = 0; i < n; i++) column.push(b[i][j]);
    columns.push(column);
  }
  const rows = [];
  for (let i = 0; i < n; i++) {
    const row = [], left = a[i];
    for (let j = 0; j < n; j++) {
      const right = columns[j];
      let sum = 0;
      for (let k = 0; k < n; k++) sum += left[k] * right[k];
      row.push(sum);
    }
    rows.push(row);
  }
  return rows;
}

const n = 240;
const c = product(matrix(n), matrix(n));
console.log(Math.round(c[n / 2][n / 2]));
console.log(Math.round(c[3][n - 1]));
