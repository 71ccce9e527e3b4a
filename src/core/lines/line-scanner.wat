;; Searches bytes 16 at a time. `node scripts/webassembly.mjs` assembles it into line-scanner-wasm.ts.
;; The bytes are in the memory from $at to $end; what lies up to 16 bytes behind $end is loaded, and ignored.
(module
  (memory (export "memory") 5)

  ;; Goes through the newlines from $at to $end.
  ;; Returns the address behind the $count-th; if there are fewer, how many there are, as a negative number or 0.
  (func (export "afterNewlines") (param $at i32) (param $end i32) (param $count i32) (result i32)
    (local $found i32) (local $inBlock i32) (local $blockEnd i32) (local $mask i32) (local $sum v128) (local $lf v128)
    (local.set $lf (i8x16.splat (i32.const 10)))
    ;; Whole blocks of 1 KiB: no lane of $sum counts more than 64.
    (block $last
      (loop $block
        (local.set $blockEnd (i32.add (local.get $at) (i32.const 1024)))
        (br_if $last (i32.gt_u (local.get $blockEnd) (local.get $end)))
        (local.set $sum (v128.const i64x2 0 0))
        (loop $step
          (local.set $sum (i8x16.sub (local.get $sum) (i8x16.add
            (i8x16.add
              (i8x16.eq (v128.load (local.get $at)) (local.get $lf))
              (i8x16.eq (v128.load offset=16 (local.get $at)) (local.get $lf)))
            (i8x16.add
              (i8x16.eq (v128.load offset=32 (local.get $at)) (local.get $lf))
              (i8x16.eq (v128.load offset=48 (local.get $at)) (local.get $lf))))))
          (local.set $at (i32.add (local.get $at) (i32.const 64)))
          (br_if $step (i32.lt_u (local.get $at) (local.get $blockEnd))))
        (local.set $sum (i32x4.extadd_pairwise_i16x8_u (i16x8.extadd_pairwise_i8x16_u (local.get $sum))))
        (local.set $inBlock (i32.add
          (i32.add (i32x4.extract_lane 0 (local.get $sum)) (i32x4.extract_lane 1 (local.get $sum)))
          (i32.add (i32x4.extract_lane 2 (local.get $sum)) (i32x4.extract_lane 3 (local.get $sum)))))
        (if (i32.ge_u (i32.add (local.get $found) (local.get $inBlock)) (local.get $count))
          (then
            (local.set $at (i32.sub (local.get $at) (i32.const 1024)))
            (br $last)))
        (local.set $found (i32.add (local.get $found) (local.get $inBlock)))
        (br $block)))
    ;; The block that has the newline, or the rest: 16 bytes at a time, one bit per byte.
    (loop $step
      (if (i32.ge_u (local.get $at) (local.get $end))
        (then (return (i32.sub (i32.const 0) (local.get $found)))))
      (local.set $mask
        (i8x16.bitmask (i8x16.eq (v128.load (local.get $at)) (local.get $lf))))
      (if (i32.lt_u (i32.sub (local.get $end) (local.get $at)) (i32.const 16))
        (then (local.set $mask (i32.and (local.get $mask)
          (i32.sub (i32.shl (i32.const 1) (i32.sub (local.get $end) (local.get $at))) (i32.const 1))))))
      (local.set $inBlock (i32.popcnt (local.get $mask)))
      (if (i32.ge_u (i32.add (local.get $found) (local.get $inBlock)) (local.get $count))
        (then
          (loop $skip
            (local.set $found (i32.add (local.get $found) (i32.const 1)))
            (if (i32.lt_u (local.get $found) (local.get $count))
              (then
                (local.set $mask (i32.and (local.get $mask) (i32.sub (local.get $mask) (i32.const 1))))
                (br $skip))))
          (return (i32.add (i32.add (local.get $at) (i32.ctz (local.get $mask))) (i32.const 1)))))
      (local.set $found (i32.add (local.get $found) (local.get $inBlock)))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br $step))
    (unreachable))

  ;; Searches the $length bytes at $needle. With a $caseBit of 32, A to Z count as a to z, which the needle has to have already; otherwise
  ;; it is 0. A place is compared in full only if the bytes $p and $q of the needle are there.
  ;; Returns the address of the first match that ends at $end or before, or -1.
  (func (export "find") (param $at i32) (param $end i32) (param $needle i32) (param $length i32) (param $p i32) (param $q i32)
    (param $caseBit i32) (result i32)
    (local $last i32) (local $mask i32) (local $match i32) (local $done i32) (local $differ i32) (local $atP i32) (local $atQ i32)
    (local $slowTo i32)
    (local $first v128) (local $firstCase v128) (local $second v128) (local $secondCase v128)
    (local $bytes v128) (local $case v128) (local $a v128) (local $letters v128)
    (local.set $last (i32.sub (local.get $end) (local.get $length)))
    (local.set $case (i8x16.splat (local.get $caseBit)))
    (local.set $a (i8x16.splat (i32.const 65)))
    (local.set $letters (i8x16.splat (i32.const 26)))
    (local.set $first (v128.load8_splat (i32.add (local.get $needle) (local.get $p))))
    (local.set $second (v128.load8_splat (i32.add (local.get $needle) (local.get $q))))
    ;; The bits by which their capitals differ: none if they are no letters.
    (local.set $firstCase (v128.and (local.get $case)
      (i8x16.lt_u (i8x16.sub (i8x16.sub (local.get $first) (local.get $case)) (local.get $a)) (local.get $letters))))
    (local.set $secondCase (v128.and (local.get $case)
      (i8x16.lt_u (i8x16.sub (i8x16.sub (local.get $second) (local.get $case)) (local.get $a)) (local.get $letters))))
    (loop $step
      (if (i32.gt_s (local.get $at) (local.get $last)) (then (return (i32.const -1))))
      (local.set $atP (i32.add (local.get $at) (local.get $p)))
      (local.set $atQ (i32.add (local.get $at) (local.get $q)))
      ;; 64 places at once, unless one of them may be a match.
      (if (i32.and (i32.ge_s (local.get $at) (local.get $slowTo)) (i32.ge_s (local.get $last) (i32.add (local.get $at) (i32.const 63))))
        (then
          (if (i32.eqz (v128.any_true (v128.or
            (v128.or
              (v128.and
                (i8x16.eq (v128.or (v128.load (local.get $atP)) (local.get $firstCase)) (local.get $first))
                (i8x16.eq (v128.or (v128.load (local.get $atQ)) (local.get $secondCase)) (local.get $second)))
              (v128.and
                (i8x16.eq (v128.or (v128.load offset=16 (local.get $atP)) (local.get $firstCase)) (local.get $first))
                (i8x16.eq (v128.or (v128.load offset=16 (local.get $atQ)) (local.get $secondCase)) (local.get $second))))
            (v128.or
              (v128.and
                (i8x16.eq (v128.or (v128.load offset=32 (local.get $atP)) (local.get $firstCase)) (local.get $first))
                (i8x16.eq (v128.or (v128.load offset=32 (local.get $atQ)) (local.get $secondCase)) (local.get $second)))
              (v128.and
                (i8x16.eq (v128.or (v128.load offset=48 (local.get $atP)) (local.get $firstCase)) (local.get $first))
                (i8x16.eq (v128.or (v128.load offset=48 (local.get $atQ)) (local.get $secondCase)) (local.get $second)))))))
            (then
              (local.set $at (i32.add (local.get $at) (i32.const 64)))
              (br $step)))
          (local.set $slowTo (i32.add (local.get $at) (i32.const 64)))))
      (local.set $mask (i8x16.bitmask
              (v128.and
                (i8x16.eq (v128.or (v128.load (local.get $atP)) (local.get $firstCase)) (local.get $first))
                (i8x16.eq (v128.or (v128.load (local.get $atQ)) (local.get $secondCase)) (local.get $second)))))
      (block $checked
        (loop $check
          (br_if $checked (i32.eqz (local.get $mask)))
          (local.set $match (i32.add (local.get $at) (i32.ctz (local.get $mask))))
          (if (i32.gt_s (local.get $match) (local.get $last)) (then (return (i32.const -1))))
          (local.set $done (i32.const 0))
          (loop $compare
            (local.set $bytes (v128.load (i32.add (local.get $match) (local.get $done))))
            (local.set $differ (i32.xor (i32.const 0xffff) (i8x16.bitmask (i8x16.eq
              (v128.load (i32.add (local.get $needle) (local.get $done)))
              (v128.or (local.get $bytes) (v128.and (local.get $case) (i8x16.lt_u (i8x16.sub (local.get $bytes) (local.get $a)) (local.get $letters))))))))
            (if (i32.eqz (local.get $differ))
              (then
                (local.set $done (i32.add (local.get $done) (i32.const 16)))
                (br_if $compare (i32.lt_s (local.get $done) (local.get $length)))
                (return (local.get $match))))
            (if (i32.ge_s (i32.add (local.get $done) (i32.ctz (local.get $differ))) (local.get $length))
              (then (return (local.get $match)))))
          (local.set $mask (i32.and (local.get $mask) (i32.sub (local.get $mask) (i32.const 1))))
          (br $check)))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br $step))
    (unreachable)))
