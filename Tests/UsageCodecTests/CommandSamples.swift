/// Commands, right and wrong, that schema and decoder must agree on.
enum CommandSamples {
    static let all = (voids + adjustments + holds + releases + reversals + topUps + recurring)
        .map { #"{"command_id":"c",\#($0)}"# }

    private static let voids = [
        #""grant_id":"g""#, #""grant_id":"g","credits":"1.5","reason":"refund""#,
        #""grant_id":"g","credits":null,"reason":null"#, #""credits":1"#, #""grant_id":"""#,
        #""grant_id":"g","credits":0"#, #""grant_id":"g","credits":-1"#,
        #""grant_id":"g","reason":"because""#, #""grant_id":"g","reason":"""#,
    ].map { #""type":"void",\#($0)"# }

    private static let adjustments = [
        #""credits":5,"reason":"r","actor":{"type":"admin","id":"eve"}"#,
        #""credits":"-5.25","reason":"r","actor":{"type":"admin","id":"eve"}"#,
        #""credits":5,"actor":{"type":"admin","id":"eve"}"#, #""credits":5,"reason":"r""#,
        #""credits":5,"reason":null,"actor":null"#,
        #""reason":"r","actor":{"type":"admin","id":"eve"}"#,
        #""credits":0,"reason":"r","actor":{"type":"admin","id":"eve"}"#,
        #""credits":"-0.00","reason":"r","actor":{"type":"admin","id":"eve"}"#,
        #""credits":0e5,"reason":"r","actor":{"type":"admin","id":"eve"}"#,
        #""credits":5,"reason":"r","actor":{"type":"admin"}"#,
    ].map { #""type":"adjust",\#($0)"# }

    private static let holds = [
        #""hold_id":"h","credits":5"#, #""hold_id":"h","credits":"0.5","expires_after":"PT0.5S""#,
        #""hold_id":"h","action":"chat.request""#,
        #""hold_id":"h","action":"a","quantity":"2.5","dimensions":{"n":1,"s":"x","z":null}"#,
        #""hold_id":"h","credits":null,"action":"a","expires_after":null,"dimensions":null"#,
        #""credits":5"#, #""hold_id":"","credits":5"#, #""hold_id":"h""#,
        #""hold_id":"h","credits":0"#, #""hold_id":"h","credits":-1,"action":"a""#,
        #""hold_id":"h","action":"""#, #""hold_id":"h","action":"a","quantity":-1"#,
        #""hold_id":"h","credits":1,"quantity":true"#,
        #""hold_id":"h","credits":1,"dimensions":{"n":[]}"#,
        #""hold_id":"h","credits":1,"dimensions":{"":1}"#,
        #""hold_id":"h","credits":1,"expires_after":"PT0S""#,
        #""hold_id":"h","credits":1,"expires_after":"P0Y0D""#,
        #""hold_id":"h","credits":1,"expires_after":15"#,
        #""hold_id":"h","credits":1,"expires_after":"15 minutes""#,
    ].map { #""type":"hold",\#($0)"# }

    private static let releases = [
        #""hold_id":"h""#, #""hold_id":null"#, #""credits":1"#, #""hold_id":7"#,
    ].map { #""type":"release",\#($0)"# }

    private static let reversals = [
        #""usage_id":"u""#, #""usage_id":"u","source":"","credits":null"#,
        #""usage_id":"u","source":"eu","credits":"1.5","reason":"any","reference":"r""#,
        #""credits":1"#, #""usage_id":null"#, #""usage_id":"""#, #""usage_id":"a\u0085""#,
        #""usage_id":"u","source":7"#, #""usage_id":"u","credits":0"#,
        #""usage_id":"u","credits":"-1""#,
    ].map { #""type":"reverse_usage",\#($0)"# }

    private static let topUps = [
        "null", #"{"threshold":-1,"credits":"0.5"}"#,
        #"{"threshold":0,"credits":5,"answer_within":null,"max_per":null}"#,
        #"{"threshold":0,"credits":5,"answer_within":"PT1S","max_per":{"period":"P1M","count":1}}"#,
        #"{"threshold":0,"credits":5,"max_per":{"period":"PT1S","count":null,"credits":"1"}}"#,
        #"{"threshold":0,"credits":5,"max_per":{"period":"PT1S","count":2,"credits":"1"}}"#,
        "[]", "{}", #"{"threshold":0}"#, #"{"credits":5}"#, #"{"threshold":null,"credits":5}"#,
        #"{"threshold":0,"credits":0}"#, #"{"threshold":0,"credits":-1}"#,
        #"{"threshold":0,"credits":5,"answer_within":"PT0S"}"#,
        #"{"threshold":0,"credits":5,"answer_within":5}"#,
        #"{"threshold":0,"credits":5,"max_per":{"count":1}}"#,
        #"{"threshold":0,"credits":5,"max_per":{"period":"P1M"}}"#,
        #"{"threshold":0,"credits":5,"max_per":{"period":"P1M","count":null}}"#,
        #"{"threshold":0,"credits":5,"max_per":{"period":"P0D","count":1}}"#,
        #"{"threshold":0,"credits":5,"max_per":{"period":"P1M","count":0}}"#,
        #"{"threshold":0,"credits":5,"max_per":{"period":"P1M","count":1.5}}"#,
        #"{"threshold":0,"credits":5,"max_per":{"period":"P1M","credits":0}}"#,
    ].map { #""type":"configure","auto_top_up":\#($0)"# }

    private static let recurring = [
        "", #"{"schedule_id":"s","credits":"5","every":"P1M"}"#,
        #"{"schedule_id":"s","credits":5,"every":"PT1S","anchor":null,"rollover":null}"#,
        #"{"schedule_id":"s","credits":5,"every":"PT1M0.5S","expires":null}"#,
        #"{"schedule_id":"s","credits":5,"every":"P1D","expires":"PT0.1S"}"#,
        #"{"schedule_id":"s","credits":5,"every":"P1D","expires":"period_end","#
            + #""anchor":"2026-01-31T00:00:00+01:00","rollover":{"max_credits":0}}"#,
        #"{"schedule_id":"s","credits":5,"every":"P1D","rollover":{"max_percent":"100"}}"#,
        #"{"schedule_id":"s","credits":5,"every":"P1D","#
            + #""rollover":{"max_percent":12.5,"max_credits":null}}"#,
        "null", "{}", #"{"credits":5,"every":"P1D"}"#, #"{"schedule_id":"s","every":"P1D"}"#,
        #"{"schedule_id":"s","credits":5}"#, #"{"schedule_id":"","credits":5,"every":"P1D"}"#,
        #"{"schedule_id":"s","credits":0,"every":"P1D"}"#,
        #"{"schedule_id":"s","credits":5,"every":"PT0S"}"#,
        #"{"schedule_id":"s","credits":5,"every":"PT0.5S"}"#,
        #"{"schedule_id":"s","credits":5,"every":30}"#,
        #"{"schedule_id":"s","credits":5,"every":"P1D","anchor":"soon"}"#,
        #"{"schedule_id":"s","credits":5,"every":"P1D","expires":"never"}"#,
        #"{"schedule_id":"s","credits":5,"every":"P1D","expires":"PT0S"}"#,
        #"{"schedule_id":"s","credits":5,"every":"P1D","rollover":{}}"#,
        #"{"schedule_id":"s","credits":5,"every":"P1D","rollover":{"max_credits":null}}"#,
        #"{"schedule_id":"s","credits":5,"every":"P1D","rollover":{"max_credits":-1}}"#,
        #"{"schedule_id":"s","credits":5,"every":"P1D","rollover":{"max_percent":0}}"#,
        #"{"schedule_id":"s","credits":5,"every":"P1D","rollover":{"max_percent":101}}"#,
        #"{"schedule_id":"s","credits":5,"every":"P1D","expires":null,"#
            + #""rollover":{"max_credits":1}}"#,
        #"{"schedule_id":"s","credits":5,"every":"P1D","expires":"P1D","#
            + #""rollover":{"max_credits":1}}"#,
    ].map { #""type":"configure","recurring":[\#($0)]"# }
}
