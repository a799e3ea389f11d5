// Doubles in nested loops: the Mandelbrot set on a 600 by 600 grid, at most 50 turns a point, counting points inside.
function inside(cr, ci) {
  let zr = 0;
  let zi = 0;
  let zr2 = 0;
  let zi2 = 0;
  for (let turn = 0; turn < 50; turn++) {
    zi = 2 * zr * zi + ci;
    zr = zr2 - zi2 + cr;
    zr2 = zr * zr;
    zi2 = zi * zi;
    if (zr2 + zi2 > 4) return false;
  }
  return true;
}

function main() {
  const size = 600;
  let points = 0;
  for (let y = 0; y < size; y++) {
    const ci = 2 * y / size - 1;
    for (let x = 0; x < size; x++) {
      const cr = 2 * x / size - 1.5;
      if (inside(cr, ci)) points = points + 1;
    }
  }
  console.log(points);
}

main();
