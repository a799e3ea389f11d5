-- Objects of doubles: the five bodies of the outer solar system, 200,000 steps of the symplectic integrator.
local sqrt = math.sqrt
local function body(x, y, z, vx, vy, vz, mass)
  return { x = x, y = y, z = z, vx = vx, vy = vy, vz = vz, mass = mass }
end
local SOLAR = 4 * math.pi * math.pi
local YEAR = 365.24

local function bodies()
  return {
    body(0, 0, 0, 0, 0, 0, SOLAR),
    body(4.84143144246472090, -1.16032004402742839, -0.103622044471123109,
      0.00166007664274403694 * YEAR, 0.00769901118419740425 * YEAR, -0.0000690460016972063023 * YEAR,
      0.000954791938424326609 * SOLAR),
    body(8.34336671824457987, 4.12479856412430479, -0.403523417114321381,
      -0.00276742510726411 * YEAR, 0.00499852801234917238 * YEAR, 0.0000230417297573763929 * YEAR,
      0.000285885980666130812 * SOLAR),
    body(12.8943695621391310, -15.1111514016986312, -0.223307578892655734,
      0.00296460137564761618 * YEAR, 0.00237847173959480950 * YEAR, -0.0000296589568540237556 * YEAR,
      0.0000436624404335156298 * SOLAR),
    body(15.3796971148509165, -25.9193146099879641, 0.179258772950371181,
      0.00268067772490389322 * YEAR, 0.00162824170038242295 * YEAR, -0.0000951592254519715870 * YEAR,
      0.0000515138902046611451 * SOLAR),
  }
end

local function offset(all)
  local px, py, pz = 0, 0, 0
  for _, b in ipairs(all) do px = px + b.vx * b.mass; py = py + b.vy * b.mass; pz = pz + b.vz * b.mass end
  all[1].vx = -px / SOLAR; all[1].vy = -py / SOLAR; all[1].vz = -pz / SOLAR
end

local function energy(all)
  local e = 0
  for i, b in ipairs(all) do
    e = e + 0.5 * b.mass * (b.vx * b.vx + b.vy * b.vy + b.vz * b.vz)
    for j = i + 1, #all do
      local c = all[j]
      local dx, dy, dz = b.x - c.x, b.y - c.y, b.z - c.z
      e = e - b.mass * c.mass / sqrt(dx * dx + dy * dy + dz * dz)
    end
  end
  return e
end

local function advance(all, dt)
  local n = #all
  for i = 1, n do
    local b = all[i]
    for j = i + 1, n do
      local c = all[j]
      local dx, dy, dz = b.x - c.x, b.y - c.y, b.z - c.z
      local d2 = dx * dx + dy * dy + dz * dz
      local mag = dt / (d2 * sqrt(d2))
      local bm, cm = b.mass * mag, c.mass * mag
      b.vx = b.vx - dx * cm; b.vy = b.vy - dy * cm; b.vz = b.vz - dz * cm
      c.vx = c.vx + dx * bm; c.vy = c.vy + dy * bm; c.vz = c.vz + dz * bm
    end
  end
  for i = 1, n do
    local b = all[i]
    b.x = b.x + dt * b.vx; b.y = b.y + dt * b.vy; b.z = b.z + dt * b.vz
  end
end

local all = bodies()
offset(all)
print(string.format("%.0f", energy(all) * 1e9))
for i = 1, 200000 do advance(all, 0.01) end
print(string.format("%.0f", energy(all) * 1e9))
