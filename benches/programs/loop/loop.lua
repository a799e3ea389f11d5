-- A bare counted loop over locals: 100 million turns of s = s + i; the sum outgrows 32 bits early on.
local function main()
  local s = 0
  for i = 0, 99999999 do
    s = s + i
  end
  print(s == 4999999950000000)
end

main()
