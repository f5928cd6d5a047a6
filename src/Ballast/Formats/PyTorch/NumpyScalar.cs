namespace Ballast;

/// <summary>The dtype of a NumPy scalar in a pickle, such as an accuracy that a training loop keeps.</summary>
/// <param name="code">NumPy's code: <c>f8</c>, <c>i4</c>, <c>b1</c>.</param>
sealed class NumpyScalar(string code)
{
    /// <summary>Whether the bytes come with the highest first.</summary>
    public bool IsBigEndian { get; set; }

    /// <summary>The scalar as a double, a whole number or a truth value.</summary>
    public object Value(byte[] bytes, string path)
    {
        byte[] little = IsBigEndian ? [.. bytes.Reverse()] : bytes;
        return (code, little.Length) switch
        {
            ("f8", 8) => BitConverter.ToDouble(little),
            ("f4", 4) => (double)BitConverter.ToSingle(little),
            ("f2", 2) => (double)BitConverter.ToHalf(little),
            ("i8", 8) => BitConverter.ToInt64(little),
            ("i4", 4) => (long)BitConverter.ToInt32(little),
            ("i2", 2) => (long)BitConverter.ToInt16(little),
            ("i1", 1) => (long)(sbyte)little[0],
            ("u4", 4) => (long)BitConverter.ToUInt32(little),
            ("u2", 2) => (long)BitConverter.ToUInt16(little),
            ("u1", 1) => (long)little[0],
            ("b1", 1) => little[0] != 0,
            _ => Refuse(path),
        };
    }

    long Refuse(string path)
    {
        Throw.InvalidData($"{path}: a NumPy scalar of the type {SafetensorsHeader.Quote(code)} is not read. Save it as a Python number.");
        return 0L;
    }
}
