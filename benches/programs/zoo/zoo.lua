-- Getters in a sum: an object of six fields, each returned by a method, added up 5 million times six.
local Zoo = {}
Zoo.__index = Zoo

function Zoo.new()
  local self = setmetatable({}, Zoo)
  self.otters = 1
  self.herons = 1
  self.lynxs = 1
  self.vipers = 1
  self.cranes = 1
  self.bisons = 1
  return self
end

function Zoo:otter() return self.otters end
function Zoo:heron() return self.herons end
function Zoo:lynx() return self.lynxs end
function Zoo:viper() return self.vipers end
function Zoo:crane() return self.cranes end
function Zoo:bison() return self.bisons end

local function main()
  local zoo = Zoo.new()
  local sum = 0
  while sum < 30000000 do
    sum = sum + zoo:otter() + zoo:heron() + zoo:lynx()
              + zoo:viper() + zoo:crane() + zoo:bison()
  end
  print(sum == 30000000)
end

main()
