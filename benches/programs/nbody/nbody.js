// Objects of doubles: the five bodies of the outer solar system, 200,000 steps of the symplectic integrator.
class Body {
  constructor(x, y, z, vx, vy, vz, mass) {
    this.x = x; this.y = y; this.z = z;
    this.vx = vx; this.vy = vy; this.vz = vz;
    this.mass = mass;
  }
}
const SOLAR = 4 * Math.PI * Math.PI, YEAR = 365.24;

function bodies() {
  return [
    new Body(0, 0, 0, 0, 0, 0, SOLAR),
    new Body(4.84143144246472090, -1.16032004402742839, -0.103622044471123109,
      0.00166007664274403694 * YEAR, 0.00769901118419740425 * YEAR, -0.0000690460016972063023 * YEAR,
      0.000954791938424326609 * SOLAR),
    new Body(8.34336671824457987, 4.12479856412430479, -0.403523417114321381,
      -0.00276742510726411 * YEAR, 0.00499852801234917238 * YEAR, 0.0000230417297573763929 * YEAR,
      0.000285885980666130812 * SOLAR),
    new Body(12.8943695621391310, -15.1111514016986312, -0.223307578892655734,
      0.00296460137564761618 * YEAR, 0.00237847173959480950 * YEAR, -0.0000296589568540237556 * YEAR,
      0.0000436624404335156298 * SOLAR),
    new Body(15.3796971148509165, -25.9193146099879641, 0.179258772950371181,
      0.00268067772490389322 * YEAR, 0.00162824170038242295 * YEAR, -0.0000951592254519715870 * YEAR,
      0.0000515138902046611451 * SOLAR),
  ];
}

function offset(all) {
  let px = 0, py = 0, pz = 0;
  for (const b of all) { px += b.vx * b.mass; py += b.vy * b.mass; pz += b.vz * b.mass; }
  all[0].vx = -px / SOLAR; all[0].vy = -py / SOLAR; all[0].vz = -pz / SOLAR;
}

function energy(all) {
  let e = 0;
  for (let i = 0; i < all.length; i++) {
    const b = all[i];
    e += 0.5 * b.mass * (b.vx * b.vx + b.vy * b.vy + b.vz * b.vz);
    for (let j = i + 1; j < all.length; j++) {
      const c = all[j];
      const dx = b.x - c.x, dy = b.y - c.y, dz = b.z - c.z;
      e -= b.mass * c.mass / Math.sqrt(dx * dx + dy * dy + dz * dz);
    }
  }
  return e;
}

function advance(all, dt) {
  const n = all.length;
  for (let i = 0; i < n; i++) {
    const b = all[i];
    for (let j = i + 1; j < n; j++) {
      const c = all[j];
      const dx = b.x - c.x, dy = b.y - c.y, dz = b.z - c.z;
      const d2 = dx * dx + dy * dy + dz * dz;
      const mag = dt / (d2 * Math.sqrt(d2));
      const bm = b.mass * mag, cm = c.mass * mag;
      b.vx -= dx * cm; b.vy -= dy * cm; b.vz -= dz * cm;
      c.vx += dx * bm; c.vy += dy * bm; c.vz += dz * bm;
    }
  }
  for (const b of all) { b.x += dt * b.vx; b.y += dt * b.vy; b.z += dt * b.vz; }
}

const all = bodies();
offset(all);
console.log(Math.round(energy(all) * 1e9));
for (let i = 0; i < 200000; i++) advance(all, 0.01);
console.log(Math.round(energy(all) * 1e9));
