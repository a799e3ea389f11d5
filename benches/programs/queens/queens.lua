-- Backtracking: all places of 9 queens on a board, with lists of what is taken, 40 times.
local function place(row, n, columns, left, right)
  if row == n then return 1 end
  local count = 0
  for c = 0, n - 1 do
    local l = row + c + 1
    local r = row - c + n + 1
    if not columns[c + 1] and not left[l] and not right[r] then
      columns[c + 1] = true; left[l] = true; right[r] = true
      count = count + place(row + 1, n, columns, left, right)
      columns[c + 1] = false; left[l] = false; right[r] = false
    end
  end
  return count
end

local function filled(n)
  local list = {}
  for i = 1, n do list[i] = false end
  return list
end

local function queens(n) return place(0, n, filled(n), filled(2 * n), filled(2 * n + 1)) end

for round = 1, 40 do print(queens(9)) end
