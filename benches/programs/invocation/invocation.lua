-- Method lookup and call alone: 30 empty methods of one object, called in turn, 15 million calls in all.
local Panel = {}
Panel.__index = Panel

function Panel.new()
  return setmetatable({}, Panel)
end

function Panel:key0() end
function Panel:key1() end
function Panel:key2() end
function Panel:key3() end
function Panel:key4() end
function Panel:key5() end
function Panel:key6() end
function Panel:key7() end
function Panel:key8() end
function Panel:key9() end
function Panel:key10() end
function Panel:key11() end
function Panel:key12() end
function Panel:key13() end
function Panel:key14() end
function Panel:key15() end
function Panel:key16() end
function Panel:key17() end
function Panel:key18() end
function Panel:key19() end
function Panel:key20() end
function Panel:key21() end
function Panel:key22() end
function Panel:key23() end
function Panel:key24() end
function Panel:key25() end
function Panel:key26() end
function Panel:key27() end
function Panel:key28() end
function Panel:key29() end

local function main()
  local panel = Panel.new()
  local turns = 0
  while turns < 500000 do
    panel:key0()
    panel:key1()
    panel:key2()
    panel:key3()
    panel:key4()
    panel:key5()
    panel:key6()
    panel:key7()
    panel:key8()
    panel:key9()
    panel:key10()
    panel:key11()
    panel:key12()
    panel:key13()
    panel:key14()
    panel:key15()
    panel:key16()
    panel:key17()
    panel:key18()
    panel:key19()
    panel:key20()
    panel:key21()
    panel:key22()
    panel:key23()
    panel:key24()
    panel:key25()
    panel:key26()
    panel:key27()
    panel:key28()
    panel:key29()
    turns = turns + 1
  end
  print(turns)
end

main()
