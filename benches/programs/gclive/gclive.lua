-- Garbage with company: 20 million objects of one field, the newest 1,000 alive in a linked ring.
local Box = {}
Box.__index = Box

function Box.new(item)
  return setmetatable({ item = item }, Box)
end

local Seat = {}
Seat.__index = Seat

function Seat.new(next)
  return setmetatable({ next = next, box = false }, Seat)
end

local function makeRing(size)
  local first = Seat.new(nil)
  local seat = first
  for i = 2, size do
    seat = Seat.new(seat)
  end
  first.next = seat
  return seat
end

local function main()
  local seat = makeRing(1000)
  for i = 1, 20000000 do
    seat.box = Box.new(i)
    seat = seat.next
  end

  local age = 0
  for i = 1, 1000 do
    age = age + 20000000 - seat.box.item
    seat = seat.next
  end
  print(age)
end

main()
