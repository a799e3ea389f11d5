-- Method calls with inheritance: a lamp flipped at every call, and a slow one that counts and calls super at every third.
local Lamp = {}
Lamp.__index = Lamp

function Lamp.new(lit)
  return setmetatable({ lit = lit }, Lamp)
end

function Lamp:isLit()
  return self.lit
end

function Lamp:flip()
  self.lit = not self.lit
  return self
end

local SlowLamp = setmetatable({}, { __index = Lamp })
SlowLamp.__index = SlowLamp

function SlowLamp.new(lit, every)
  local self = setmetatable(Lamp.new(lit), SlowLamp)
  self.every = every
  self.presses = 0
  return self
end

function SlowLamp:flip()
  self.presses = self.presses + 1
  if self.presses >= self.every then
    Lamp.flip(self)
    self.presses = 0
  end
  return self
end

local function main()
  local turns = 1000000
  local seen = false

  local lamp = Lamp.new(true)
  for i = 1, turns do
    seen = lamp:flip():isLit()
    seen = lamp:flip():isLit()
    seen = lamp:flip():isLit()
    seen = lamp:flip():isLit()
    seen = lamp:flip():isLit()
  end
  print(seen)

  local slow = SlowLamp.new(true, 3)
  for i = 1, turns do
    seen = slow:flip():isLit()
    seen = slow:flip():isLit()
    seen = slow:flip():isLit()
    seen = slow:flip():isLit()
    seen = slow:flip():isLit()
  end
  print(seen)
  print(slow.presses)
end

main()
