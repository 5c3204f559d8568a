import Credits
import Testing
import UsageCodec

/// Texts that are written with escapes are not in the message as they are: they are put behind it, and
/// whoever looks for them in the message alone looks past its end.
struct EscapedNameTests {
    private func action(_ members: String) throws -> CommandAction {
        let batch = Samples.decode(.command, "{\"command_id\":\"c\",\(members)}")
        return try #require(batch.commands.first, "\(batch.invalid)").action
    }

    @Test func aReleaseNamesItsHoldWithEscapes() throws {
        let action = try action(#""type":"release","hold_id":"\u0068-\u00e9""#)
        #expect(action == .release(holdID: "h-é"))
    }

    @Test func aVoidNamesItsGrantWithEscapes() throws {
        let action = try action(#""type":"void","grant_id":"\u0067-\u00e9""#)
        #expect(action == .void(grantID: "g-é", credits: nil))
    }

    @Test func anExpiryOfARecurringGrantMayBeWrittenWithEscapes() throws {
        func settings(_ expires: String) throws -> CommandAction {
            let rule = #""schedule_id":"s","credits":1,"every":"P1M","expires":"\#(expires)""#
            return try action("\"type\":\"configure\",\"recurring\":[{\(rule)}]")
        }
        #expect(try settings(#"\u0050\u0031D"#) == settings("P1D"))
    }
}
