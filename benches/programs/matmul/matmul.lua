-- Lists of lists: the product of two matrices of 240 by 240 numbers.
local function matrix(n)
  local rows = {}
  for i = 0, n - 1 do
    local row = {}
    for j = 0, n - 1 do row[#row + 1] = (i - j) * (i + j) / n end
    rows[#rows + 1] = row
  end
  return rows
end

local function product(a, b)
  local n = #a
  local columns = {}
  for j = 1, n do
    local column = {}
    for i = 1, n do column[#column + 1] = b[i][j] end
    columns[#columns + 1] = column
  end
  local rows = {}
  for i = 1, n do
    local row = {}
    local left = a[i]
    for j = 1, n do
      local right = columns[j]
      local sum = 0
      for k = 1, n do sum = sum + left[k] * right[k] end
      row[#row + 1] = sum
    end
    rows[#rows + 1] = row
  end
  return rows
end

local n = 240
local c = product(matrix(n), matrix(n))
print(string.format("%.0f", c[n / 2 + 1][n / 2 + 1]))
print(string.format("%.0f", c[4][n]))
