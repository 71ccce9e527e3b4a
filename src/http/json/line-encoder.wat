;; Encodes lines as JSON objects, 16 bytes of text at a time. `node scripts/webassembly.mjs` assembles it into line-encoder-wasm.ts.
;; The memory, in bytes:
;;      0  what comes between the offset and the text, such as `,"time":"2026-11-29T05:43:13.123Z","text":"`: 64 at most
;;     64  by byte of text: the letter behind its backslash; `u` for `\u00xx`
;;    320  the digits of hexadecimal numbers
;;    384  results: the address behind the last object, and how many lines there are
;;   4096  the lines, 64 KiB at most, each with its newline; 16 bytes behind them are loaded, and ignored
;;  81920  the objects, up to the end of the memory
(module
  (memory (export "memory") 10)

  ;; Encodes lines from $at to $end, which has the newline of the last one, as long as they begin before $stop and there is room.
  ;; $line and $offset are those of the line at $at. $between bytes come between offset and text.
  ;; Returns the address behind the last line that was encoded.
  (func (export "encode") (param $at i32) (param $end i32) (param $stop i32) (param $line f64) (param $offset f64)
      (param $between i32) (result i32)
    (local $out i32) (local $number i64) (local $base i64) (local $lines i32)
    (local $mask i32) (local $byte i32) (local $letter i32) (local $text v128)
    (local.set $out (i32.const 81920))
    (local.set $number (i64.trunc_f64_u (local.get $line)))
    (local.set $base (i64.sub (i64.trunc_f64_u (local.get $offset)) (i64.extend_i32_u (local.get $at))))
    (block $done
      (loop $nextLine
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (br_if $done (i32.ge_u (local.get $at) (local.get $stop)))
        ;; A byte of text takes six at most, and the rest of an object less than 192.
        (br_if $done (i32.lt_u
          (i32.sub (i32.const 655360) (local.get $out))
          (i32.add (i32.mul (i32.sub (local.get $end) (local.get $at)) (i32.const 6)) (i32.const 192))))
        (i64.store (local.get $out) (i64.const 0x3a22656e696c227b)) ;; {"line":
        (local.set $out (call $decimal (i32.add (local.get $out) (i32.const 8)) (local.get $number)))
        (i64.store (local.get $out) (i64.const 0x657366666f222c)) ;; ,"offse
        (i32.store offset=7 (local.get $out) (i32.const 0x3a2274)) ;; t":
        (local.set $out (call $decimal
          (i32.add (local.get $out) (i32.const 10))
          (i64.add (local.get $base) (i64.extend_i32_u (local.get $at)))))
        (v128.store (local.get $out) (v128.load (i32.const 0)))
        (v128.store offset=16 (local.get $out) (v128.load offset=16 (i32.const 0)))
        (v128.store offset=32 (local.get $out) (v128.load offset=32 (i32.const 0)))
        (local.set $out (i32.add (local.get $out) (local.get $between)))
        (block $lineEnd
          (loop $step
            (local.set $text (v128.load (local.get $at)))
            (v128.store (local.get $out) (local.get $text))
            (local.set $mask (i8x16.bitmask (v128.or
              (i8x16.lt_u (local.get $text) (i8x16.splat (i32.const 0x20)))
              (v128.or
                (i8x16.eq (local.get $text) (i8x16.splat (i32.const 0x22)))
                (i8x16.eq (local.get $text) (i8x16.splat (i32.const 0x5c)))))))
            (if (i32.eqz (local.get $mask))
              (then
                (local.set $at (i32.add (local.get $at) (i32.const 16)))
                (local.set $out (i32.add (local.get $out) (i32.const 16)))
                (br $step)))
            (local.set $mask (i32.ctz (local.get $mask)))
            (local.set $at (i32.add (local.get $at) (local.get $mask)))
            (local.set $out (i32.add (local.get $out) (local.get $mask)))
            (local.set $byte (i32.load8_u (local.get $at)))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br_if $lineEnd (i32.eq (local.get $byte) (i32.const 10)))
            (local.set $letter (i32.load8_u offset=64 (local.get $byte)))
            (i32.store (local.get $out)
              (i32.or (i32.const 0x3030005c) (i32.shl (local.get $letter) (i32.const 8)))) ;; \?00
            (if (i32.eq (local.get $letter) (i32.const 0x75))
              (then
                (i32.store8 offset=4 (local.get $out)
                  (i32.load8_u offset=320 (i32.shr_u (local.get $byte) (i32.const 4))))
                (i32.store8 offset=5 (local.get $out)
                  (i32.load8_u offset=320 (i32.and (local.get $byte) (i32.const 15))))
                (local.set $out (i32.add (local.get $out) (i32.const 6))))
              (else (local.set $out (i32.add (local.get $out) (i32.const 2)))))
            (br $step)))
        (i32.store (local.get $out) (i32.const 0x0a7d22)) ;; "} and a line feed
        (local.set $out (i32.add (local.get $out) (i32.const 3)))
        (local.set $number (i64.add (local.get $number) (i64.const 1)))
        (local.set $lines (i32.add (local.get $lines) (i32.const 1)))
        (br $nextLine)))
    (i32.store (i32.const 384) (local.get $out))
    (i32.store (i32.const 388) (local.get $lines))
    (local.get $at))

  ;; Writes a number in decimal at $out, and returns the address behind it.
  (func $decimal (param $out i32) (param $value i64) (result i32)
    (local $length i32) (local $power i32) (local $small i32)
    (if (i64.ge_u (local.get $value) (i64.const 1000000000))
      (then (return (call $digits
        (call $decimal (local.get $out) (i64.div_u (local.get $value) (i64.const 1000000000)))
        (i32.wrap_i64 (i64.rem_u (local.get $value) (i64.const 1000000000)))
        (i32.const 9)))))
    (local.set $small (i32.wrap_i64 (local.get $value)))
    (local.set $length (i32.const 1))
    (local.set $power (i32.const 10))
    (block $counted
      (loop $count
        (br_if $counted (i32.gt_u (local.get $power) (local.get $small)))
        (local.set $length (i32.add (local.get $length) (i32.const 1)))
        (local.set $power (i32.mul (local.get $power) (i32.const 10)))
        (br $count)))
    (call $digits (local.get $out) (local.get $small) (local.get $length)))

  ;; Writes the last $length digits of a number at $out, and returns the address behind them.
  (func $digits (param $out i32) (param $value i32) (param $length i32) (result i32)
    (local $at i32) (local $tenth i32)
    (local.set $at (i32.add (local.get $out) (local.get $length)))
    (loop $next
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (local.set $tenth (i32.div_u (local.get $value) (i32.const 10)))
      (i32.store8 (local.get $at) (i32.add (i32.const 0x30)
        (i32.sub (local.get $value) (i32.mul (local.get $tenth) (i32.const 10)))))
      (local.set $value (local.get $tenth))
      (br_if $next (i32.gt_u (local.get $at) (local.get $out))))
    (i32.add (local.get $out) (local.get $length))))
