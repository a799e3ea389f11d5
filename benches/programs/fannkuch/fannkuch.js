// Swapping within a list: all 362,880 orders of 9 numbers, each turned until it begins with 1.
function fannkuch(n) {
  const p = [], q = [], s = [];
  for (let i = 0; i < n; i++) { p.push(i); q.push(0); s.push(i); }
  let sign = 1, most = 0, sum = 0;
  for (;;) {
    let first = p[0];
    if (first !== 0) {
      for (let i = 1; i < n; i++) q[i] = p[i];
      let flips = 1;
      for (;;) {
        const next = q[first];
        if (next === 0) break;
        q[first] = first;
        if (first >= 3) {
          let i = 1, j = first - 1;
          while (i < j) {
            const t = q[i]; q[i] = q[j]; q[j] = t;
            i++; j--;
          }
        }
        first = next;
        flips++;
      }
      sum += sign * flips;
      if (flips > most) most = flips;
    }
    if (sign === 1) {
      const t = p[0]; p[0] = p[1]; p[1] = t;
      sign = -1;
    } else {
      const t = p[1]; p[1] = p[2]; p[2] = t;
      sign = 1;
      let i = 2;
      for (;;) {
        const left = s[i];
        if (left !== 0) { s[i] = left - 1; break; }
        if (i === n - 1) return [sum, most];
        s[i] = i;
        const t = p[0];
        for (let j = 0; j <= i; j++) p[j] = p[j + 1];
        i++;
        p[i] = t;
      }
    }
  }
}

const result = fannkuch(9);
console.log(result[0]);
console.log(result[1]);
