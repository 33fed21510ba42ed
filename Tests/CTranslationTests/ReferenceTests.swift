import Foundation
import Testing

@testable import CTranslation

private let i32: [UInt8] = [0x7F]
private let anyref: [UInt8] = [0x6E]
private let i31ref: [UInt8] = [0x6C]
private func nullable(_ type: UInt8) -> [UInt8] { [0x63, type] }
private func local(_ index: UInt8) -> [UInt8] { [0x20, index] }

@Suite("References")
struct ReferenceTests {
    /// Type 0 is an open structure, type 1 a final one, type 2 the function type `() -> (i32)`.
    private func text(
        _ parameters: [[UInt8]], _ results: [[UInt8]], _ body: [UInt8], limit: Int = 40
    ) throws -> String {
        let types = [
            ObjectModule.open(ObjectModule.structure([(i32, true)])), ObjectModule.structure([(anyref, true)]),
            ObjectModule.function([], [i32]), ObjectModule.function(parameters, results),
        ]
        return try ObjectModule(types: types, body: body).function(limit: limit)
    }

    @Test("An object of a type without subtypes is recognized by its type alone")
    func finalType() throws {
        #expect(try text([anyref], [i32], local(0) + [0xFB, 20, 1]).contains("return (DG(R.l0,1));"))
        #expect(try text([anyref], [i32], local(0) + [0xFB, 21, 1]).contains("return (!R.l0||DG(R.l0,1));"))
        #expect(try text([[0x6B]], [i32], local(0) + [0xFB, 20, 1]).contains("return (D(R.l0,1));"))
    }

    @Test("An object whose type may have subtypes is also asked for by the runtime")
    func openType() throws {
        let test = try text([anyref], [i32], local(0) + [0xFB, 20, 0])
        #expect(test.contains("return (DG(R.l0,0)||A.ref_test(i,R.l0,J[0]<<9));"))
    }

    @Test("Abstract types are told by tags, or known beforehand")
    func abstractTypes() throws {
        #expect(try text([anyref], [i32], local(0) + [0xFB, 20, 0x6C]).contains("return ((s)((U)R.l0&1));"))
        #expect(try text([anyref], [i32], local(0) + [0xFB, 20, 0x6D]).contains("return (R.l0&&((U)R.l0&3)!=2);"))
        #expect(try text([anyref], [i32], local(0) + [0xFB, 20, 0x6E]).contains("return (R.l0!=0);"))
        #expect(try text([anyref], [i32], local(0) + [0xFB, 21, 0x6E]).contains("return 1;"))
        #expect(try text([anyref], [i32], local(0) + [0xFB, 20, 0x71]).contains("return 0;"))
        #expect(try text([anyref], [i32], local(0) + [0xFB, 21, 0x71]).contains("return (!R.l0);"))
        #expect(try text([anyref], [i32], local(0) + [0xFB, 20, 0x6B]).contains("A.ref_test(i,R.l0,107)"))
    }

    @Test("A cast is a test and a trap, and leaves the value where it is")
    func casts() throws {
        let cast = try text([anyref], [nullable(1)], local(0) + [0xFB, 22, 1])
        #expect(cast.contains("if(!(DG(R.l0,1)))A.trap(i,20);\nreturn R.l0;") || cast.contains("return R.l0"))
        #expect(cast.contains("if(!(DG(R.l0,1)))A.trap(i,20);\n"))
    }

    @Test("What a test decides is still evaluated: it may trap")
    func decidedTest() throws {
        let body = local(0) + [0xFB, 2, 1, 0, 0xFB, 21, 0x6E]
        #expect(try text([nullable(1)], [i32], body).contains("R.o0=O(p,R.l0,16);\nreturn 1;"))
    }

    @Test("Null is looked for before the reference goes on, after what comes before it")
    func nonNull() throws {
        // l1 / l1; l0; ref.as_non_null; drop
        let body = local(1) + local(1) + [0x6D] + local(0) + [0xD4, 0x1A]
        let text = try text([anyref, i32], [i32], body)
        #expect(text.contains("x0=DS4(l1,l1);\nif(!R.l0)A.trap(i,15);\nreturn x0;"))
    }

    @Test("An i31 is tagged, and read after a look for null")
    func i31() throws {
        #expect(try text([i32], [i31ref], local(0) + [0xFB, 28]).contains("return W(l0);"))
        let get = local(0) + [0xFB, 29]
        #expect(try text([i31ref], [i32], get).contains("if(!R.l0)A.trap(i,19);\nreturn WS(R.l0);"))
        #expect(try text([i31ref], [i32], local(0) + [0xFB, 30]).contains("return WU(R.l0);"))
    }

    @Test("A local that can't be null is not looked at")
    func nonNullLocal() throws {
        // (ref i31)
        #expect(try text([[0x64, 0x6C]], [i32], local(0) + [0xFB, 29]).contains("\nreturn WS(R.l0);"))
    }

    @Test("References are compared as pointers")
    func equality() throws {
        #expect(try text([[0x6D], [0x6D]], [i32], local(0) + local(1) + [0xD3]).contains("return R.l0==R.l1;"))
    }

    @Test("A branch on null keeps the reference when it is not taken")
    func branchOnNull() throws {
        // block; struct.new_default 0; br_on_null 0; struct.get 0 0; return; end; 1
        let body: [UInt8] = [
            0x02, 0x40, 0xFB, 1, 0, 0xD5, 0, 0xFB, 2, 0, 0, 0x0F, 0x0B, 0x41, 1,
        ]
        let text = try text([], [i32], body)
        #expect(text.contains("R.o0=A.struct_new(i,J[0]);\nif(R.o0){\n"))
        #expect(text.contains("O(mu,R.o0,16)"))
    }

    @Test("A branch on a cast carries the reference, and keeps it when it is not taken")
    func branchOnCast() throws {
        // block (result (ref null 1)); l0; br_on_cast 0 (ref null any) (ref null 1); drop; ref.null 1; end
        let body: [UInt8] = [0x02, 0x63, 1] + local(0) + [0xFB, 24, 3, 0, 0x6E, 1, 0x1A, 0xD0, 1, 0x0B]
        let text = try text([anyref], [nullable(1)], body)
        #expect(text.contains("if((!R.l0||DG(R.l0,1))){R.o0=R.l0;\ngoto L1;\n}\nR.o0=(p)0;\nL1:\n"))
        // block (result anyref); l0; br_on_cast_fail 0 (ref null any) (ref null 1); end
        let failing: [UInt8] = [0x02, 0x6E] + local(0) + [0xFB, 25, 3, 0, 0x6E, 1, 0x0B]
        let other = try self.text([anyref], [anyref], failing)
        #expect(other.contains("if(!(!R.l0||DG(R.l0,1))){R.o0=R.l0;\ngoto L1;\n}\nR.o0=R.l0;\nL1:\n"))
    }

    @Test("A reference that a branch tests outlives the test, however little may nest")
    func keptTemporary() throws {
        // block (result anyref); struct.get 1 0 of l0 three times: br_on_non_null 0, each from a fresh temporary
        let get: [UInt8] = local(0) + [0xFB, 2, 1, 0, 0xD6, 0]
        let body: [UInt8] = [0x02, 0x64, 0x6E] + get + get + [0x00, 0x0B]
        let text = try text([nullable(1)], [anyref], body, limit: 1)
        // The condition reads the variable that the branch then copies, and nothing is put there in between.
        #expect(text.contains("R.o0=O(p,R.l0,16);\n"))
        #expect(text.contains("{R.o1=R.o0;\ngoto L1;\n}\n"))
    }

    @Test("An immutable global of a reference is no constant, and tables hold pointers")
    func globals() throws {
        let types = [ObjectModule.structure([(i32, true)]), ObjectModule.function([], [nullable(0)])]
        // (global (ref null 0) ref.null 0)
        let module = ObjectModule(types: types, body: [0x23, 0], globals: [[0x63, 0, 0, 0xD0, 0, 0x0B]])
        #expect(try module.function().contains("return i->g0;"))
        #expect(try module.source().contains("\np g0;\n"))
    }

    @Test("The numbers of traps are those of the header that generated code and the runtime share")
    func trapNumbers() throws {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let header = try String(contentsOfFile: "/" + root + "/runtime-c/include/tf_abi.h", encoding: .utf8)
        let start = try #require(header.firstRange(of: "TF_OK = 0,")).lowerBound
        let names = header[start...].prefix { $0 != "}" }.split(separator: "\n").compactMap { line -> Substring? in
            let name = line.drop { $0 == " " }.prefix { $0 != "," && $0 != " " }
            return name.hasPrefix("TF_") ? name : nil
        }
        for trap in Trap.allCases {
            #expect(names[Int(trap.rawValue)] == trap.headerName)
        }
    }
}

extension Trap {
    /// Its name in `tf_abi.h`.
    fileprivate var headerName: String {
        switch self {
        case .unreachable: "TF_TRAP_UNREACHABLE"
        case .undefinedElement: "TF_TRAP_UNDEFINED_ELEMENT"
        case .nullReference: "TF_TRAP_NULL_REFERENCE"
        case .nullFunction: "TF_TRAP_NULL_FUNCTION"
        case .nullStructure: "TF_TRAP_NULL_STRUCTURE"
        case .nullArray: "TF_TRAP_NULL_ARRAY"
        case .nullI31: "TF_TRAP_NULL_I31"
        case .castFailure: "TF_TRAP_CAST_FAILURE"
        case .unalignedAtomic: "TF_TRAP_UNALIGNED_ATOMIC"
        }
    }
}
