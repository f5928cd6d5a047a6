using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace Ballast.Tests;

/// <summary>Reads the recorded numbers of <c>Goldens/</c>.</summary>
static class Golden
{
    public static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "Goldens", file);

    public static JsonElement Load(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(PathOf(file)));
        return document.RootElement.Clone();
    }

    /// <summary>The value of that name, if there.</summary>
    public static JsonElement? Find(this JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static float[] Floats(this JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetSingle())];

    public static double[] Doubles(this JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetDouble())];

    public static long[] Longs(this JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetInt64())];

    public static int[] Ints(this JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetInt32())];

    public static string[] Strings(this JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetString()!)];

    /// <summary>The first 16 hexadecimal digits of the SHA-256 of these values' bytes, as the Python programs print it.
    /// </summary>
    public static string Digest<T>(ReadOnlySpan<T> values)
        where T : struct =>
        Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values)))[..16];

    public static string Digest<T>(T[] values)
        where T : struct => Digest<T>(values.AsSpan());
}
