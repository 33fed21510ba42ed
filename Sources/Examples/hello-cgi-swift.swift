// The greeting as a CGI program, in Embedded Swift.
import Command

@_expose(wasm, "_start")
@_cdecl("_start")
func start() {
    let response: StaticString = "Content-Type: text/plain; charset=utf-8\r\n\r\nHello from Swift through CGI!\n"
    write_bytes(response.utf8Start, response.utf8CodeUnitCount)
}
