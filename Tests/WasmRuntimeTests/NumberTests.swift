import CRuntime
import Testing

/// The functions that generated code calls for numbers; the official suite covers the rest through modules.
@Suite struct NumberTests {
    private let api = tf_runtime_api().pointee

    @Test("rounding goes to even, and keeps the sign of zero")
    func nearest() throws {
        let nearest = try #require(api.nearestd)
        for (value, expected) in [
            (0.5, 0.0), (1.5, 2), (2.5, 2), (-0.5, -0.0), (-1.5, -2), (4_503_599_627_370_497.5, 4_503_599_627_370_498),
        ] {
            #expect(nearest(value).bitPattern == expected.bitPattern, "\(value)")
        }
        let ceild = try #require(api.ceild)
        #expect(ceild(-0.25).bitPattern == (-0.0).bitPattern)
        let truncf = try #require(api.truncf)
        #expect(truncf(-0.75).bitPattern == Float(-0.0).bitPattern)
    }

    @Test("minimum and maximum tell zeros apart and pass NaNs on, made quiet")
    func minimumAndMaximum() throws {
        let minimum = try #require(api.mind)
        let maximum = try #require(api.maxd)
        #expect(minimum(0, -0.0).sign == .minus)
        #expect(minimum(-0.0, 0).sign == .minus)
        #expect(maximum(-0.0, 0).sign == .plus)
        #expect(maximum(-0.0, -0.0).sign == .minus)
        let signaling = Double(nan: 5, signaling: true)
        for result in [minimum(signaling, 1), maximum(1, signaling), minimum(.nan, -.infinity)] {
            #expect(result.isNaN && !result.isSignalingNaN)
        }
        #expect(minimum(-.infinity, 3) == -.infinity)
        let maxf = try #require(api.maxf)
        #expect(maxf(2, 3) == 3)
    }

    @Test("saturating conversions end at the edges, and take NaN for zero")
    func saturation() throws {
        let signed = try #require(api.t4sd)
        let unsigned = try #require(api.t8ud)
        #expect(signed(.nan) == 0)
        #expect(Int32(bitPattern: signed(-2_147_483_648.9)) == .min)
        #expect(Int32(bitPattern: signed(-1e300)) == .min)
        #expect(Int32(bitPattern: signed(2_147_483_647.9)) == .max)
        #expect(Int32(bitPattern: signed(.infinity)) == .max)
        #expect(unsigned(-0.9) == 0)
        #expect(unsigned(-1) == 0)
        #expect(unsigned(18_446_744_073_709_549_568) == 18_446_744_073_709_549_568)
        #expect(unsigned(18_446_744_073_709_551_616) == .max)
    }

    @Test("64-bit integers become the nearest float")
    func conversions() throws {
        let single = try #require(api.f8u)
        let double = try #require(api.d8u)
        for value: UInt64 in [
            0, 1, 16_777_217, 16_777_219, 1 << 63, (1 << 63) + (1 << 39) + 1, .max, 9_007_199_254_740_993,
        ] {
            #expect(single(value) == Float(value))
            #expect(double(value) == Double(value))
        }
    }

    @Test("bits are counted and turned at their edges")
    func bits() throws {
        let clz4 = try #require(api.clz4)
        #expect(clz4(0) == 32)
        let ctz8 = try #require(api.ctz8)
        #expect(ctz8(0) == 64)
        let popcnt8 = try #require(api.popcnt8)
        #expect(popcnt8(.max) == 64)
        let popcnt4 = try #require(api.popcnt4)
        #expect(popcnt4(0x8000_0001) == 2)
        let rotl4 = try #require(api.rotl4)
        #expect(rotl4(0x8000_0001, 32) == 0x8000_0001)
        let rotr8 = try #require(api.rotr8)
        #expect(rotr8(1, 65) == 1 << 63)
    }
}

#if arch(x86_64)
    /// What the handler of SIGFPE goes by.
    @_silgen_name("tf_division_by_zero")
    private func isDivisionByZero(_ instruction: UnsafePointer<UInt8>, _ registers: UnsafePointer<UInt64>) -> Bool

    @Suite struct DivisionFaultTests {
        /// Registers in encoding order, all 1 but one.
        private func registers(_ number: Int, _ value: UInt64) -> [UInt64] {
            var registers = [UInt64](repeating: 1, count: 16)
            registers[number] = value
            return registers
        }

        @Test("the divisor is found in every register and width")
        func inRegisters() {
            for number in 0..<16 {
                let low = UInt8(number & 7)
                let extended: UInt8 = number > 7 ? 1 : 0
                let wide: [UInt8] = [0x48 | extended, 0xF7, 0xF8 | low]
                #expect(isDivisionByZero(wide, registers(number, 0)))
                #expect(!isDivisionByZero(wide, registers(number, 1 << 32)))
                let plain: [UInt8] = extended == 1 ? [0x41, 0xF7, 0xF0 | low] : [0xF7, 0xF0 | low]
                #expect(isDivisionByZero(plain, registers(number, 1 << 32)))
                #expect(!isDivisionByZero(plain, registers(number, 2)))
            }
            #expect(isDivisionByZero([0x66, 0xF7, 0xF1], registers(1, 1 << 16)))
            #expect(isDivisionByZero([0xF6, 0xF1], registers(1, 0x100)))
            #expect(!isDivisionByZero([0xF6, 0xF5], registers(1, 0x100)))
        }

        @Test("the divisor is found in memory, however it is addressed")
        func inMemory() {
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { words in
                words.initialize(repeating: 7)
                words[40] = 0
                let base = UInt64(UInt(bitPattern: words.baseAddress))
                #expect(isDivisionByZero([0xF7, 0x3B], registers(3, base + 160)))
                #expect(!isDivisionByZero([0xF7, 0x3B], registers(3, base)))
                #expect(isDivisionByZero([0xF7, 0x7D, 0xF8], registers(5, base + 168)))
                #expect(isDivisionByZero([0x41, 0xF7, 0xBD, 0xA0, 0, 0, 0], registers(13, base)))
                var indexed = registers(0, base)
                indexed[9] = 20
                // idiv dword [rax + r9 * 8]
                #expect(isDivisionByZero([0x42, 0xF7, 0x3C, 0xC8], indexed))
                indexed[9] = 19
                #expect(!isDivisionByZero([0x42, 0xF7, 0x3C, 0xC8], indexed))
            }
        }
    }
#endif
