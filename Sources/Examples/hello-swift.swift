// The greeting in Embedded Swift.
import Terrafirma

@_expose(wasm, "run")
@_cdecl("run")
func run() {
    let name: StaticString = "content-type"
    let type: StaticString = "text/plain; charset=utf-8"
    let body: StaticString = "Hello from Swift!\n"
    var value = tf_slice(pointer: type.utf8Start, length: type.utf8CodeUnitCount)
    _ = hostcall_resp_set_header(0, name.utf8Start, name.utf8CodeUnitCount, &value, 1)
    _ = hostcall_resp_set_body(0, body.utf8Start, body.utf8CodeUnitCount)
}
