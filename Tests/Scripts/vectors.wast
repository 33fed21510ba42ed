;; What the official suite leaves out about v128: calls with many vectors, several results, blocks, branches and
;; tables that carry them, globals shared by modules, a store that traps half way.

(module $A
  (type $t (func (param v128 i32) (result v128)))
  (memory (export "m") 1)
  (global $g (export "g") (mut v128) (v128.const i64x2 1 2))
  (global $h i32 (i32.const 5))
  (global $g2 (mut v128) (v128.const i32x4 9 8 7 6))
  (func $id (export "id") (param v128 i32) (result v128) (local.get 0))
  (func $two (export "two") (param v128 i32 v128) (result v128 i32 v128) (local.get 2) (local.get 1) (local.get 0))
  (func $three (export "three") (param v128 i32 v128) (result i32 v128 i64 v128) (local.get 1) (local.get 2)
    (i64.const 77) (local.get 0))
  (table funcref (elem $id $id))
  (func (export "calls") (param v128 i32 v128) (result v128 i32 v128)
    (call $two (call $id (local.get 0) (local.get 1)) (i32.add (local.get 1) (i32.const 1)) (call_indirect (type $t)
      (local.get 2) (i32.const 3) (i32.const 1))))
  (func (export "calls3") (param v128 i32 v128) (result i32 v128 i64 v128)
    (call $three (local.get 2) (local.get 1) (local.get 0)))
  (func (export "getg") (result v128 v128) (global.get $g) (global.get $g2))
  (func (export "setg") (param v128) (result v128) (local v128)
     (global.get $g) (global.set $g (local.get 0)) (global.get $g) (i64x2.sub))
  (func (export "loop") (param i32) (result v128) (local v128)
     (v128.const i32x4 1 1 1 1)
     (loop $l (param v128) (result v128)
        (local.tee 1) (local.get 1) (i32x4.add)
        (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
        (br_if $l (local.get 0))))
  (func (export "swap") (param i32 v128 v128) (result v128 v128)
     (local.get 1) (local.get 2)
     (loop $l (param v128 v128) (result v128 v128)
        (local.set 1) (local.set 2) (local.get 1) (local.get 2)
        (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
  (func (export "table") (param i32 v128 v128) (result v128)
     (block $a (result v128) (block $b (result v128) (block $c (result v128)
       (local.get 1) (br_table $a $b $c (local.get 0)))
        (v128.not) (br 1))
        (local.get 2) (v128.xor)))
  (func (export "table2") (param i32 v128) (result v128)
     (block $a (result v128) (block $b (result v128) (block $c (result v128)
       (local.get 1) (br_table $a $b $c $a $b $c $a $b $c $a $b $c $a (local.get 0)))
        (v128.not) (br 1))
        (i32x4.splat (i32.const 3)) (i32x4.add)))
  (func (export "ifelse") (param i32 v128 v128) (result v128)
     (local.get 1) (if (param v128) (result v128) (local.get 0) (then (local.get 2) (i8x16.add)) (else (i8x16.neg))))
  (func (export "ret") (param i32 v128 v128) (result v128)
     (if (local.get 0) (then (return (local.get 2)))) (local.get 1) (br_if 0 (i32.const 0)))
  (func (export "retmany") (param i32) (result i32 v128)
     (i32.const 3) (v128.const i32x4 1 2 3 4) (br_if 0 (local.get 0)) (drop) (drop) (i32.const 4) (v128.const i32x4 4
       3 2 1))
  (func (export "dropcall") (param v128) (result v128) (drop (call $id (local.get 0) (i32.const 1))) (local.get 0))
  (func (export "teesel") (param v128 v128 i32) (result v128) (local v128)
     (select (local.tee 3 (local.get 0)) (local.get 1) (local.tee 2 (i32.eqz (local.get 2)))) (local.set 3
       (v128.const i64x2 0 0)))
  (func (export "oob") (param i32) (v128.store (local.get 0) (v128.const i64x2 -1 -1)))
  (func (export "peek") (param i32) (result i64) (i64.load (local.get 0)))
  (func (export "order") (param i32) (result i32 v128)
     (i32.load (i32.const 100)) (v128.load (i32.const 96)) (v128.store (i32.const 96) (v128.const i32x4 1 2 3 4)))
)
(assert_return (invoke "id" (v128.const i32x4 1 2 3 4) (i32.const 5)) (v128.const i32x4 1 2 3 4))
(assert_return (invoke "two" (v128.const i32x4 1 2 3 4) (i32.const 5) (v128.const i32x4 5 6 7 8)) (v128.const i32x4 5
  6 7 8) (i32.const 5) (v128.const i32x4 1 2 3 4))
(assert_return (invoke "calls" (v128.const i32x4 1 2 3 4) (i32.const 5) (v128.const i32x4 5 6 7 8)) (v128.const i32x4
  5 6 7 8) (i32.const 6) (v128.const i32x4 1 2 3 4))
(assert_return (invoke "calls3" (v128.const i32x4 1 2 3 4) (i32.const 5) (v128.const i32x4 5 6 7 8)) (i32.const 5)
  (v128.const i32x4 1 2 3 4) (i64.const 77) (v128.const i32x4 5 6 7 8))
(assert_return (invoke "getg") (v128.const i64x2 1 2) (v128.const i32x4 9 8 7 6))
(assert_return (get "g") (v128.const i64x2 1 2))
(assert_return (invoke "setg" (v128.const i64x2 10 20)) (v128.const i64x2 -9 -18))
(assert_return (get "g") (v128.const i64x2 10 20))
(assert_return (invoke "loop" (i32.const 5)) (v128.const i32x4 32 32 32 32))
(assert_return (invoke "swap" (i32.const 1) (v128.const i32x4 1 1 1 1) (v128.const i32x4 2 2 2 2)) (v128.const i32x4
  2 2 2 2) (v128.const i32x4 1 1 1 1))
(assert_return (invoke "swap" (i32.const 2) (v128.const i32x4 1 1 1 1) (v128.const i32x4 2 2 2 2)) (v128.const i32x4
  1 1 1 1) (v128.const i32x4 2 2 2 2))
(assert_return (invoke "table" (i32.const 0) (v128.const i64x2 5 6) (v128.const i64x2 1 1)) (v128.const i64x2 5 6))
(assert_return (invoke "table" (i32.const 1) (v128.const i64x2 5 6) (v128.const i64x2 1 1)) (v128.const i64x2 4 7))
(assert_return (invoke "table" (i32.const 2) (v128.const i64x2 5 6) (v128.const i64x2 1 1)) (v128.const i64x2 -6 -7))
(assert_return (invoke "table2" (i32.const 12) (v128.const i32x4 5 6 7 8)) (v128.const i32x4 5 6 7 8))
(assert_return (invoke "table2" (i32.const 4) (v128.const i32x4 5 6 7 8)) (v128.const i32x4 8 9 10 11))
(assert_return (invoke "ifelse" (i32.const 1) (v128.const i32x4 5 6 7 8) (v128.const i32x4 1 1 1 1)) (v128.const
  i32x4 6 7 8 9))
(assert_return (invoke "ifelse" (i32.const 0) (v128.const i8x16 5 6 7 8 0 0 0 0 0 0 0 0 0 0 0 0) (v128.const i32x4 1
  1 1 1)) (v128.const i8x16 -5 -6 -7 -8 0 0 0 0 0 0 0 0 0 0 0 0))
(assert_return (invoke "ret" (i32.const 1) (v128.const i64x2 5 6) (v128.const i64x2 1 2)) (v128.const i64x2 1 2))
(assert_return (invoke "ret" (i32.const 0) (v128.const i64x2 5 6) (v128.const i64x2 1 2)) (v128.const i64x2 5 6))
(assert_return (invoke "retmany" (i32.const 1)) (i32.const 3) (v128.const i32x4 1 2 3 4))
(assert_return (invoke "retmany" (i32.const 0)) (i32.const 4) (v128.const i32x4 4 3 2 1))
(assert_return (invoke "dropcall" (v128.const i64x2 5 6)) (v128.const i64x2 5 6))
(assert_return (invoke "teesel" (v128.const i64x2 5 6) (v128.const i64x2 7 8) (i32.const 0)) (v128.const i64x2 5 6))
(assert_return (invoke "teesel" (v128.const i64x2 5 6) (v128.const i64x2 7 8) (i32.const 1)) (v128.const i64x2 7 8))
(assert_trap (invoke "oob" (i32.const 65521)) "out of bounds memory access")
(assert_return (invoke "peek" (i32.const 65528)) (i64.const 0))
(assert_trap (invoke "oob" (i32.const 65528)) "out of bounds memory access")
(assert_return (invoke "peek" (i32.const 65528)) (i64.const 0))
(assert_return (invoke "oob" (i32.const 65520)))
(assert_return (invoke "peek" (i32.const 65528)) (i64.const -1))
(assert_return (invoke "order" (i32.const 0)) (i32.const 0) (v128.const i64x2 0 0))
(register "A" $A)
(module $B
  (import "A" "two" (func $two (param v128 i32 v128) (result v128 i32 v128)))
  (import "A" "g" (global $g (mut v128)))
  (import "A" "three" (func $three (param v128 i32 v128) (result i32 v128 i64 v128)))
  (func (export "x") (result v128 i32 v128) (call $two (global.get $g) (i32.const 1) (v128.const i64x2 3 4)))
  (func (export "y") (param v128) (result v128) (global.set $g (local.get 0)) (global.get $g))
  (export "reexport" (func $three)))
(assert_return (invoke $B "x") (v128.const i64x2 3 4) (i32.const 1) (v128.const i64x2 10 20))
(assert_return (invoke $B "y" (v128.const i64x2 30 40)) (v128.const i64x2 30 40))
(assert_return (get $A "g") (v128.const i64x2 30 40))
(assert_return (invoke $B "reexport" (v128.const i32x4 1 2 3 4) (i32.const 5) (v128.const i32x4 5 6 7 8)) (i32.const
  5) (v128.const i32x4 5 6 7 8) (i64.const 77) (v128.const i32x4 1 2 3 4))
(module (func $f (export "f") (param v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128
  v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128
  v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 i32)
  (result v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128
  v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128
  v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 i32) (local.get 0) (local.get 1)
  (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9)
  (local.get 10) (local.get 11) (local.get 12) (local.get 13) (local.get 14) (local.get 15) (local.get 16) (local.get
  17) (local.get 18) (local.get 19) (local.get 20) (local.get 21) (local.get 22) (local.get 23) (local.get 24)
  (local.get 25) (local.get 26) (local.get 27) (local.get 28) (local.get 29) (local.get 30) (local.get 31) (local.get
  32) (local.get 33) (local.get 34) (local.get 35) (local.get 36) (local.get 37) (local.get 38) (local.get 39)
  (local.get 40) (local.get 41) (local.get 42) (local.get 43) (local.get 44) (local.get 45) (local.get 46) (local.get
  47) (local.get 48) (local.get 49) (local.get 50) (local.get 51) (local.get 52) (local.get 53) (local.get 54)
  (local.get 55) (local.get 56) (local.get 57) (local.get 58) (local.get 59) (local.get 60))
(func (export "g") (param v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128
  v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128
  v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 i32) (result v128
  i32) (local v128) (call $f (local.get 59) (local.get 58) (local.get 57) (local.get 56) (local.get 55) (local.get
  54) (local.get 53) (local.get 52) (local.get 51) (local.get 50) (local.get 49) (local.get 48) (local.get 47)
  (local.get 46) (local.get 45) (local.get 44) (local.get 43) (local.get 42) (local.get 41) (local.get 40) (local.get
  39) (local.get 38) (local.get 37) (local.get 36) (local.get 35) (local.get 34) (local.get 33) (local.get 32)
  (local.get 31) (local.get 30) (local.get 29) (local.get 28) (local.get 27) (local.get 26) (local.get 25) (local.get
  24) (local.get 23) (local.get 22) (local.get 21) (local.get 20) (local.get 19) (local.get 18) (local.get 17)
  (local.get 16) (local.get 15) (local.get 14) (local.get 13) (local.get 12) (local.get 11) (local.get 10) (local.get
  9) (local.get 8) (local.get 7) (local.get 6) (local.get 5) (local.get 4) (local.get 3) (local.get 2) (local.get 1)
  (local.get 0) (local.get 60)) (local.set 60) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop)
  (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop)
  (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop)
  (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop)
  (drop) (local.get 60)) )
(assert_return (invoke "f" (v128.const i64x2 0 100) (v128.const i64x2 1 101) (v128.const i64x2 2 102) (v128.const
  i64x2 3 103) (v128.const i64x2 4 104) (v128.const i64x2 5 105) (v128.const i64x2 6 106) (v128.const i64x2 7 107)
  (v128.const i64x2 8 108) (v128.const i64x2 9 109) (v128.const i64x2 10 110) (v128.const i64x2 11 111) (v128.const
  i64x2 12 112) (v128.const i64x2 13 113) (v128.const i64x2 14 114) (v128.const i64x2 15 115) (v128.const i64x2 16
  116) (v128.const i64x2 17 117) (v128.const i64x2 18 118) (v128.const i64x2 19 119) (v128.const i64x2 20 120)
  (v128.const i64x2 21 121) (v128.const i64x2 22 122) (v128.const i64x2 23 123) (v128.const i64x2 24 124) (v128.const
  i64x2 25 125) (v128.const i64x2 26 126) (v128.const i64x2 27 127) (v128.const i64x2 28 128) (v128.const i64x2 29
  129) (v128.const i64x2 30 130) (v128.const i64x2 31 131) (v128.const i64x2 32 132) (v128.const i64x2 33 133)
  (v128.const i64x2 34 134) (v128.const i64x2 35 135) (v128.const i64x2 36 136) (v128.const i64x2 37 137) (v128.const
  i64x2 38 138) (v128.const i64x2 39 139) (v128.const i64x2 40 140) (v128.const i64x2 41 141) (v128.const i64x2 42
  142) (v128.const i64x2 43 143) (v128.const i64x2 44 144) (v128.const i64x2 45 145) (v128.const i64x2 46 146)
  (v128.const i64x2 47 147) (v128.const i64x2 48 148) (v128.const i64x2 49 149) (v128.const i64x2 50 150) (v128.const
  i64x2 51 151) (v128.const i64x2 52 152) (v128.const i64x2 53 153) (v128.const i64x2 54 154) (v128.const i64x2 55
  155) (v128.const i64x2 56 156) (v128.const i64x2 57 157) (v128.const i64x2 58 158) (v128.const i64x2 59 159)
  (i32.const 9)) (v128.const i64x2 0 100) (v128.const i64x2 1 101) (v128.const i64x2 2 102) (v128.const i64x2 3 103)
  (v128.const i64x2 4 104) (v128.const i64x2 5 105) (v128.const i64x2 6 106) (v128.const i64x2 7 107) (v128.const
  i64x2 8 108) (v128.const i64x2 9 109) (v128.const i64x2 10 110) (v128.const i64x2 11 111) (v128.const i64x2 12 112)
  (v128.const i64x2 13 113) (v128.const i64x2 14 114) (v128.const i64x2 15 115) (v128.const i64x2 16 116) (v128.const
  i64x2 17 117) (v128.const i64x2 18 118) (v128.const i64x2 19 119) (v128.const i64x2 20 120) (v128.const i64x2 21
  121) (v128.const i64x2 22 122) (v128.const i64x2 23 123) (v128.const i64x2 24 124) (v128.const i64x2 25 125)
  (v128.const i64x2 26 126) (v128.const i64x2 27 127) (v128.const i64x2 28 128) (v128.const i64x2 29 129) (v128.const
  i64x2 30 130) (v128.const i64x2 31 131) (v128.const i64x2 32 132) (v128.const i64x2 33 133) (v128.const i64x2 34
  134) (v128.const i64x2 35 135) (v128.const i64x2 36 136) (v128.const i64x2 37 137) (v128.const i64x2 38 138)
  (v128.const i64x2 39 139) (v128.const i64x2 40 140) (v128.const i64x2 41 141) (v128.const i64x2 42 142) (v128.const
  i64x2 43 143) (v128.const i64x2 44 144) (v128.const i64x2 45 145) (v128.const i64x2 46 146) (v128.const i64x2 47
  147) (v128.const i64x2 48 148) (v128.const i64x2 49 149) (v128.const i64x2 50 150) (v128.const i64x2 51 151)
  (v128.const i64x2 52 152) (v128.const i64x2 53 153) (v128.const i64x2 54 154) (v128.const i64x2 55 155) (v128.const
  i64x2 56 156) (v128.const i64x2 57 157) (v128.const i64x2 58 158) (v128.const i64x2 59 159) (i32.const 9))
(assert_return (invoke "g" (v128.const i64x2 0 100) (v128.const i64x2 1 101) (v128.const i64x2 2 102) (v128.const
  i64x2 3 103) (v128.const i64x2 4 104) (v128.const i64x2 5 105) (v128.const i64x2 6 106) (v128.const i64x2 7 107)
  (v128.const i64x2 8 108) (v128.const i64x2 9 109) (v128.const i64x2 10 110) (v128.const i64x2 11 111) (v128.const
  i64x2 12 112) (v128.const i64x2 13 113) (v128.const i64x2 14 114) (v128.const i64x2 15 115) (v128.const i64x2 16
  116) (v128.const i64x2 17 117) (v128.const i64x2 18 118) (v128.const i64x2 19 119) (v128.const i64x2 20 120)
  (v128.const i64x2 21 121) (v128.const i64x2 22 122) (v128.const i64x2 23 123) (v128.const i64x2 24 124) (v128.const
  i64x2 25 125) (v128.const i64x2 26 126) (v128.const i64x2 27 127) (v128.const i64x2 28 128) (v128.const i64x2 29
  129) (v128.const i64x2 30 130) (v128.const i64x2 31 131) (v128.const i64x2 32 132) (v128.const i64x2 33 133)
  (v128.const i64x2 34 134) (v128.const i64x2 35 135) (v128.const i64x2 36 136) (v128.const i64x2 37 137) (v128.const
  i64x2 38 138) (v128.const i64x2 39 139) (v128.const i64x2 40 140) (v128.const i64x2 41 141) (v128.const i64x2 42
  142) (v128.const i64x2 43 143) (v128.const i64x2 44 144) (v128.const i64x2 45 145) (v128.const i64x2 46 146)
  (v128.const i64x2 47 147) (v128.const i64x2 48 148) (v128.const i64x2 49 149) (v128.const i64x2 50 150) (v128.const
  i64x2 51 151) (v128.const i64x2 52 152) (v128.const i64x2 53 153) (v128.const i64x2 54 154) (v128.const i64x2 55
  155) (v128.const i64x2 56 156) (v128.const i64x2 57 157) (v128.const i64x2 58 158) (v128.const i64x2 59 159)
  (i32.const 9)) (v128.const i64x2 59 159) (i32.const 9))
(module (func $f (export "f") (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
  i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
  i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
  i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 v128 i32) (result i32 v128)
  (local.get 100) (local.get 99))
(func (export "g") (param v128) (result i32 v128) (call $f (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1)
  (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1)
  (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1)
  (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1)
  (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1)
  (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1)
  (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1)
  (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1)
  (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1)
  (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1)
  (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1)
  (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1)
  (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (local.get 0)
  (i32.const 42))))
(assert_return (invoke "f" (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1)
  (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1)
  (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1)
  (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1)
  (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1)
  (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1)
  (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1)
  (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1)
  (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1)
  (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1)
  (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1)
  (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1)
  (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (v128.const i64x2 7 8) (i32.const 5))
  (i32.const 5) (v128.const i64x2 7 8))
(assert_return (invoke "g" (v128.const i64x2 7 8)) (i32.const 42) (v128.const i64x2 7 8))
;; Splats of lanes of another width.
(module
 (func (export "a") (param v128) (result v128) (i16x8.splat (i8x16.extract_lane_s 6 (local.get 0))))
 (func (export "b") (param v128) (result v128) (i8x16.splat (i16x8.extract_lane_s 3 (local.get 0))))
 (func (export "c") (param v128) (result v128) (i8x16.splat (i8x16.extract_lane_s 6 (local.get 0))))
 (func (export "d") (param v128) (result v128) (i32x4.splat (i8x16.extract_lane_s 6 (local.get 0))))
 (func (export "e") (param v128) (result i32) (i32.and (i8x16.extract_lane_s 6 (local.get 0)) (i32.const 0xffff)))
 )
(assert_return (invoke "a" (v128.const i8x16 1 2 3 4 5 6 0x80 8 9 10 11 12 13 14 15 16)) (v128.const i16x8 0xff80
  0xff80 0xff80 0xff80 0xff80 0xff80 0xff80 0xff80))
(assert_return (invoke "b" (v128.const i8x16 1 2 3 4 5 6 0x80 0x88 9 10 11 12 13 14 15 16)) (v128.const i16x8 0x8080
  0x8080 0x8080 0x8080 0x8080 0x8080 0x8080 0x8080))
(assert_return (invoke "c" (v128.const i8x16 1 2 3 4 5 6 0x80 0x88 9 10 11 12 13 14 15 16)) (v128.const i16x8 0x8080
  0x8080 0x8080 0x8080 0x8080 0x8080 0x8080 0x8080))
(assert_return (invoke "d" (v128.const i8x16 1 2 3 4 5 6 0x80 0x88 9 10 11 12 13 14 15 16)) (v128.const i32x4
  0xffffff80 0xffffff80 0xffffff80 0xffffff80))
(assert_return (invoke "e" (v128.const i8x16 1 2 3 4 5 6 0x80 0x88 9 10 11 12 13 14 15 16)) (i32.const 0xff80))
