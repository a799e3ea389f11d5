-- Swapping within a list: all 362,880 orders of 9 numbers, each turned until it begins with 1.
local function fannkuch(n)
  local p, q, s = {}, {}, {}
  for i = 0, n - 1 do p[i + 1] = i; q[i + 1] = 0; s[i + 1] = i end
  local sign, most, sum = 1, 0, 0
  while true do
    local first = p[1]
    if first ~= 0 then
      for i = 2, n do q[i] = p[i] end
      local flips = 1
      while true do
        local next = q[first + 1]
        if next == 0 then break end
        q[first + 1] = first
        if first >= 3 then
          local i, j = 1, first - 1
          while i < j do
            local t = q[i + 1]; q[i + 1] = q[j + 1]; q[j + 1] = t
            i = i + 1; j = j - 1
          end
        end
        first = next
        flips = flips + 1
      end
      sum = sum + sign * flips
      if flips > most then most = flips end
    end
    if sign == 1 then
      local t = p[1]; p[1] = p[2]; p[2] = t
      sign = -1
    else
      local t = p[2]; p[2] = p[3]; p[3] = t
      sign = 1
      local i = 2
      while true do
        local left = s[i + 1]
        if left ~= 0 then s[i + 1] = left - 1; break end
        if i == n - 1 then return sum, most end
        s[i + 1] = i
        local t = p[1]
        for j = 0, i do p[j + 1] = p[j + 2] end
        i = i + 1
        p[i + 1] = t
      end
    end
  end
end

local sum, most = fannkuch(9)
print(sum)
print(most)
