// Backtracking: all places of 9 queens on a board, with lists of what is taken, 40 times.
function place(row, n, columns, left, right) {
  if (row === n) return 1;
  let count = 0;
  for (let c = 0; c < n; c++) {
    const l = row + c, r = row - c + n;
    if (!columns[c] && !left[l] && !right[r]) {
      columns[c] = true; left[l] = true; right[r] = true;
      count += place(row + 1, n, columns, left, right);
      columns[c] = false; left[l] = false; right[r] = false;
    }
  }
  return count;
}

function filled(n) { return new Array(n).fill(false); }
function queens(n) { return place(0, n, filled(n), filled(2 * n), filled(2 * n + 1)); }

for (let round = 0; round < 40; round++) console.log(queens(9));
