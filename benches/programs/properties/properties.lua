-- Fields behind methods: an object of 30 fields, each written by one method and read by another, 15 million calls.
local Record = {}
Record.__index = Record

function Record.new()
  local self = setmetatable({}, Record)
  self.f0 = 0
  self.f1 = 0
  self.f2 = 0
  self.f3 = 0
  self.f4 = 0
  self.f5 = 0
  self.f6 = 0
  self.f7 = 0
  self.f8 = 0
  self.f9 = 0
  self.f10 = 0
  self.f11 = 0
  self.f12 = 0
  self.f13 = 0
  self.f14 = 0
  self.f15 = 0
  self.f16 = 0
  self.f17 = 0
  self.f18 = 0
  self.f19 = 0
  self.f20 = 0
  self.f21 = 0
  self.f22 = 0
  self.f23 = 0
  self.f24 = 0
  self.f25 = 0
  self.f26 = 0
  self.f27 = 0
  self.f28 = 0
  self.f29 = 0
  return self
end

function Record:put0(v) self.f0 = v end
function Record:put1(v) self.f1 = v end
function Record:put2(v) self.f2 = v end
function Record:put3(v) self.f3 = v end
function Record:put4(v) self.f4 = v end
function Record:put5(v) self.f5 = v end
function Record:put6(v) self.f6 = v end
function Record:put7(v) self.f7 = v end
function Record:put8(v) self.f8 = v end
function Record:put9(v) self.f9 = v end
function Record:put10(v) self.f10 = v end
function Record:put11(v) self.f11 = v end
function Record:put12(v) self.f12 = v end
function Record:put13(v) self.f13 = v end
function Record:put14(v) self.f14 = v end
function Record:put15(v) self.f15 = v end
function Record:put16(v) self.f16 = v end
function Record:put17(v) self.f17 = v end
function Record:put18(v) self.f18 = v end
function Record:put19(v) self.f19 = v end
function Record:put20(v) self.f20 = v end
function Record:put21(v) self.f21 = v end
function Record:put22(v) self.f22 = v end
function Record:put23(v) self.f23 = v end
function Record:put24(v) self.f24 = v end
function Record:put25(v) self.f25 = v end
function Record:put26(v) self.f26 = v end
function Record:put27(v) self.f27 = v end
function Record:put28(v) self.f28 = v end
function Record:put29(v) self.f29 = v end

function Record:get0() return self.f0 end
function Record:get1() return self.f1 end
function Record:get2() return self.f2 end
function Record:get3() return self.f3 end
function Record:get4() return self.f4 end
function Record:get5() return self.f5 end
function Record:get6() return self.f6 end
function Record:get7() return self.f7 end
function Record:get8() return self.f8 end
function Record:get9() return self.f9 end
function Record:get10() return self.f10 end
function Record:get11() return self.f11 end
function Record:get12() return self.f12 end
function Record:get13() return self.f13 end
function Record:get14() return self.f14 end
function Record:get15() return self.f15 end
function Record:get16() return self.f16 end
function Record:get17() return self.f17 end
function Record:get18() return self.f18 end
function Record:get19() return self.f19 end
function Record:get20() return self.f20 end
function Record:get21() return self.f21 end
function Record:get22() return self.f22 end
function Record:get23() return self.f23 end
function Record:get24() return self.f24 end
function Record:get25() return self.f25 end
function Record:get26() return self.f26 end
function Record:get27() return self.f27 end
function Record:get28() return self.f28 end
function Record:get29() return self.f29 end

local function main()
  local record = Record.new()
  local turn = 0
  while turn < 250000 do
    record:put0(turn)
    record:put1(turn)
    record:put2(turn)
    record:put3(turn)
    record:put4(turn)
    record:put5(turn)
    record:put6(turn)
    record:put7(turn)
    record:put8(turn)
    record:put9(turn)
    record:put10(turn)
    record:put11(turn)
    record:put12(turn)
    record:put13(turn)
    record:put14(turn)
    record:put15(turn)
    record:put16(turn)
    record:put17(turn)
    record:put18(turn)
    record:put19(turn)
    record:put20(turn)
    record:put21(turn)
    record:put22(turn)
    record:put23(turn)
    record:put24(turn)
    record:put25(turn)
    record:put26(turn)
    record:put27(turn)
    record:put28(turn)
    record:put29(turn)
    record:get0()
    record:get1()
    record:get2()
    record:get3()
    record:get4()
    record:get5()
    record:get6()
    record:get7()
    record:get8()
    record:get9()
    record:get10()
    record:get11()
    record:get12()
    record:get13()
    record:get14()
    record:get15()
    record:get16()
    record:get17()
    record:get18()
    record:get19()
    record:get20()
    record:get21()
    record:get22()
    record:get23()
    record:get24()
    record:get25()
    record:get26()
    record:get27()
    record:get28()
    record:get29()
    turn = turn + 1
  end
  print(record:get0())
  print(record:get29())
end

main()
