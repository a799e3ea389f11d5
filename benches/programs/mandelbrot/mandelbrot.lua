-- Doubles in nested loops: the Mandelbrot set on a 600 by 600 grid, at most 50 turns a point, counting points inside.
local function inside(cr, ci)
  local zr, zi, zr2, zi2 = 0.0, 0.0, 0.0, 0.0
  for turn = 1, 50 do
    zi = 2 * zr * zi + ci
    zr = zr2 - zi2 + cr
    zr2 = zr * zr
    zi2 = zi * zi
    if zr2 + zi2 > 4 then return false end
  end
  return true
end

local function main()
  local size = 600
  local points = 0
  for y = 0, size - 1 do
    local ci = 2 * y / size - 1
    for x = 0, size - 1 do
      local cr = 2 * x / size - 1.5
      if inside(cr, ci) then points = points + 1 end
    end
  end
  print(points)
end

main()
