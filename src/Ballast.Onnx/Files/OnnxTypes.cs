namespace Ballast;

/// <summary>ONNX's numbers of the types of elements.</summary>
static class OnnxTypes
{
    /// <summary>The end of a sentence about a type that is none of these.</summary>
    public const string Known = ", and there are floats, whole numbers and truth values here. Export the network with one of these.";

    /// <summary>The number that a type is written as.</summary>
    public static long Code(ElementType type) => type switch
    {
        ElementType.Int64 => 7,
        ElementType.Bool => 9,
        ElementType.UInt8 => 2,
        _ => 1,
    };

    /// <summary>The name of a type that a file has.</summary>
    public static string Name(long code) => code switch
    {
        1 => "float",
        2 => "uint8",
        3 => "int8",
        4 => "uint16",
        5 => "int16",
        6 => "int32",
        7 => "int64",
        8 => "string",
        9 => "bool",
        10 => "float16",
        11 => "double",
        12 => "uint32",
        13 => "uint64",
        14 => "complex64",
        15 => "complex128",
        16 => "bfloat16",
        _ => $"type {code}",
    };
}
