package dev.perigee.engine.constraint;

import java.util.List;

/** Fifty schemas as clients send them, a line each. */
final class TestSchemas {

    /** The schemas, JSON text. */
    static final List<String> ALL = """
            {"type":"object"}
            {"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}
            {"type":"object","properties":{"city":{"type":"string"},"unit":{"enum":["celsius","fahrenheit"]}},"required":["city"]}
            {"type":"string"}
            {"type":"integer"}
            {"type":"number"}
            {"type":"boolean"}
            {"type":"null"}
            {"type":"array","items":{"type":"integer"}}
            {"type":"array","items":{"type":"string","maxLength":12},"minItems":2,"maxItems":4}
            {"type":"integer","minimum":0,"maximum":100}
            {"type":"integer","minimum":-17,"maximum":1234}
            {"type":"number","minimum":0,"maximum":1}
            {"type":"number","exclusiveMinimum":-2.5,"exclusiveMaximum":10.75}
            {"type":"integer","exclusiveMinimum":3}
            {"type":"number","maximum":-0.125}
            {"type":"integer","multipleOf":7,"minimum":-50}
            {"type":"number","multipleOf":0.25,"minimum":0,"maximum":20}
            {"enum":["red","green","blue",1,2.5,null,true]}
            {"const":{"kind":"fixed","list":[1,"two",false]}}
            {"enum":["a\\"quote","back\\\\slash","line\\nend","umlaut ü","emoji 😀"]}
            {"type":"string","minLength":3,"maxLength":5}
            {"type":"string","pattern":"^[A-Z]{2}-[0-9]{3,5}$"}
            {"type":"string","pattern":"^[a-z]+(?:_[a-z0-9]+)*$","maxLength":20}
            {"type":"string","pattern":"foo|ba+r"}
            {"type":"string","pattern":"^\\\\+?[0-9 ()-]{5,20}$"}
            {"type":"string","pattern":"^[^\\\\s@]+@[^\\\\s@]+\\\\.[a-z]{2,}$"}
            {"type":"string","pattern":"^(?:é|ü|[α-ω]|😀)+$"}
            {"type":"string","format":"date"}
            {"type":"string","format":"date-time"}
            {"type":"string","format":"uuid"}
            {"type":"string","format":"email"}
            {"type":"string","format":"ipv4"}
            {"type":"object","properties":{"when":{"type":"string","format":"time"},"for":{"type":"string","format":"duration"}},"required":["when","for"],"additionalProperties":false}
            {"type":"object","properties":{"name":{"type":"string"},"age":{"type":["integer","null"],"minimum":0}},"required":["name","age"],"additionalProperties":false}
            {"type":"object","properties":{"steps":{"type":"array","items":{"type":"object","properties":{"explanation":{"type":"string"},"output":{"type":"string"}},"required":["explanation","output"],"additionalProperties":false}},"final_answer":{"type":"string"}},"required":["steps","final_answer"],"additionalProperties":false}
            {"$defs":{"node":{"type":"object","properties":{"value":{"type":"integer"},"next":{"anyOf":[{"$ref":"#/$defs/node"},{"type":"null"}]}},"required":["value","next"],"additionalProperties":false}},"$ref":"#/$defs/node"}
            {"type":"object","properties":{"label":{"type":"string"},"children":{"type":"array","items":{"$ref":"#"}}},"required":["label","children"],"additionalProperties":false}
            {"anyOf":[{"type":"object","properties":{"type":{"const":"circle"},"radius":{"type":"number","minimum":0}},"required":["type","radius"],"additionalProperties":false},{"type":"object","properties":{"type":{"const":"square"},"side":{"type":"number","minimum":0}},"required":["type","side"],"additionalProperties":false}]}
            {"oneOf":[{"type":"object","properties":{"op":{"const":"add"},"value":{}},"required":["op"]},{"type":"object","properties":{"op":{"enum":["remove","drop"]}},"required":["op"],"additionalProperties":false}]}
            {"type":"object","additionalProperties":{"type":"integer","minimum":0}}
            {"type":"object","properties":{"id":{"type":"integer"}},"additionalProperties":{"type":"string"},"minProperties":2,"maxProperties":3}
            {"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}],"items":false,"minItems":2}
            {"type":"array","prefixItems":[{"type":"number"}],"items":{"type":"boolean"}}
            {"allOf":[{"$ref":"#/$defs/base"},{"properties":{"extra":{"type":"boolean"}},"required":["extra"]}],"$defs":{"base":{"type":"object","properties":{"id":{"type":"string","maxLength":8}},"required":["id"]}}}
            {"type":"object","properties":{"a":{"type":"string"},"ab":{"type":"integer"},"abc":{"type":"boolean"},"":{"type":"null"}},"additionalProperties":false}
            {"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},"anyOf":[{"required":["a"]},{"required":["b"]}],"additionalProperties":false}
            {"type":"object","properties":{"query":{"type":"string","minLength":1},"limit":{"type":"integer","minimum":1,"maximum":50,"default":10},"filters":{"type":"array","items":{"type":"object","properties":{"field":{"type":"string"},"operator":{"enum":["=","<",">","!="]},"value":{"anyOf":[{"type":"string"},{"type":"number"},{"type":"boolean"}]}},"required":["field","operator","value"],"additionalProperties":false}}},"required":["query"],"additionalProperties":false}
            {"type":"object","properties":{"matrix":{"type":"array","items":{"type":"array","items":{"type":"number"},"minItems":2,"maxItems":2},"minItems":1},"tags":{"type":"array","items":{"enum":["x","y","xy"]},"maxItems":3}},"required":["matrix","tags"],"additionalProperties":false}
            {"type":"object","properties":{"free":{},"no":false,"text":{"type":"string","maxLength":40}},"required":["free"]}
            """.lines().toList();

    private TestSchemas() {}
}
