-- Arithmetic over lists: the spectral norm of a matrix of 300 rows that is computed rather than kept.
local function a(i, j) return 1 / ((i + j) * (i + j + 1) / 2 + i + 1) end

local function times(v, out)
  local n = #v
  for i = 0, n - 1 do
    local sum = 0
    for j = 0, n - 1 do sum = sum + a(i, j) * v[j + 1] end
    out[i + 1] = sum
  end
end

local function transposed_times(v, out)
  local n = #v
  for i = 0, n - 1 do
    local sum = 0
    for j = 0, n - 1 do sum = sum + a(j, i) * v[j + 1] end
    out[i + 1] = sum
  end
end

local n = 300
local u, v, t = {}, {}, {}
for i = 1, n do u[i] = 1; v[i] = 0; t[i] = 0 end
for i = 1, 10 do
  times(u, t); transposed_times(t, v)
  times(v, t); transposed_times(t, u)
end
local vbv, vv = 0, 0
for i = 1, n do vbv = vbv + u[i] * v[i]; vv = vv + v[i] * v[i] end
print(string.format("%.0f", math.sqrt(vbv / vv) * 1e9))
