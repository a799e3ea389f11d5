-- Walking what stays alive: a five-way tree of depth 8, half a million objects, built once and walked 30 times.
local Bough = {}
Bough.__index = Bough

function Bough.new(depth)
  if depth == 0 then return setmetatable({ depth = 0 }, Bough) end
  return setmetatable({
    depth = depth,
    a = Bough.new(depth - 1),
    b = Bough.new(depth - 1),
    c = Bough.new(depth - 1),
    d = Bough.new(depth - 1),
    e = Bough.new(depth - 1),
  }, Bough)
end

function Bough:walk()
  if self.depth == 0 then return 0 end
  return self.depth + self.a:walk() + self.b:walk()
      + self.c:walk() + self.d:walk() + self.e:walk()
end

local function main()
  local tree = Bough.new(8)
  local total = 0
  for i = 1, 30 do
    total = total + tree:walk()
  end
  print(total == 3662040)
end

main()
