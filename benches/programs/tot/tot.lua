-- Small leaf calls: p*q + p*q*r in a function of three parameters, called 10 million times.
local function tot(p, q, r)
  return p * q + p * q * r
end

local function main()
  local sum = 0
  for i = 1, 10000000 do
    sum = sum + tot(i, 2, 3)
  end
  print(sum == 400000040000000)
end

main()
