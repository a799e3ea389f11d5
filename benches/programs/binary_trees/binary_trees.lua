-- Short- and long-lived trees: binary trees of depth 4 to 12 built and counted while one of depth 12 stays alive.
local Node = {}
Node.__index = Node

function Node.new(depth)
  if depth == 0 then return setmetatable({}, Node) end
  return setmetatable({ left = Node.new(depth - 1), right = Node.new(depth - 1) }, Node)
end

function Node:count()
  if self.left == nil then return 1 end
  return 1 + self.left:count() + self.right:count()
end

local function main()
  local deepest = 12
  print(Node.new(deepest + 1):count())
  local keeper = Node.new(deepest)

  local trees = 8192
  for depth = 4, deepest, 2 do
    local nodes = 0
    for i = 1, trees do
      nodes = nodes + Node.new(depth):count()
    end
    print(depth)
    print(nodes)
    trees = trees / 4
  end

  print(keeper:count())
end

main()
