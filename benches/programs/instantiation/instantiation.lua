-- Making objects without fields: 15 million, every other one with an empty initializer to call.
local Plain = {}
Plain.__index = Plain

function Plain.new()
  return setmetatable({}, Plain)
end

local Tiny = {}
Tiny.__index = Tiny

function Tiny.new()
  local self = setmetatable({}, Tiny)
  return self
end

local function main()
  local turns = 0
  while turns < 750000 do
    Plain.new()
    Tiny.new()
    Plain.new()
    Tiny.new()
    Plain.new()
    Tiny.new()
    Plain.new()
    Tiny.new()
    Plain.new()
    Tiny.new()
    Plain.new()
    Tiny.new()
    Plain.new()
    Tiny.new()
    Plain.new()
    Tiny.new()
    Plain.new()
    Tiny.new()
    Plain.new()
    Tiny.new()
    turns = turns + 1
  end
  print(turns)
end

main()
