/// Commands, right and wrong, that schema and decoder must agree on.
enum CommandSamples {
    static let all = (voids + adjustments + holds + releases).map { #"{"command_id":"c",\#($0)}"# }

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
}
