using System.Text.Json;

namespace Ballast.Tests.Formats;

/// <summary>Files that PyTorch and NumPy wrote, each with what it holds (<c>states.py</c>).</summary>
public sealed class StateGoldenTests
{
    static readonly JsonElement Cases = Golden.Load("states.json").GetProperty("cases");

    public static TheoryData<string> Files() => [.. Cases.EnumerateArray().Select(static each => each.GetProperty("file").GetString()!)];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_of_PyTorch_or_NumPy_is_read_to_the_bit(string file)
    {
        var expected = Cases.EnumerateArray().Single(each => each.GetProperty("file").GetString() == file);
        foreach (bool mapped in new[] { false, true })
        {
            using var opened = StateFile.Open(Golden.PathOf(Path.Combine("states", file)), mapped);
            Assert.Equal(expected.GetProperty("format").GetString(), opened.Format.ToString());
            Assert.Equal(
                expected.GetProperty("tensors").EnumerateArray().Select(static tensor =>
                    $"{tensor[0].GetString()} {tensor[1].GetString()} [{string.Join(", ", tensor[2].Longs())}] {tensor[3].GetString()}"),
                opened.Tensors.Select(static tensor => $"{tensor} {Convert.ToHexStringLower(tensor.Data.Span)}"));
            Assert.Equal(
                expected.GetProperty("values").EnumerateArray().Select(static value => $"{value[0].GetString()} = {value[1].GetString()}"),
                Values(opened.Root, "").Select(static value => $"{value.Path} = {value.Value}"));
        }
    }

    static IEnumerable<(string Path, StoredValue Value)> Values(StoredValue value, string path) => value switch
    {
        StoredMapping mapping => mapping.SelectMany(entry => Values(entry.Value, Join(path, entry.Key.ToString()!))),
        StoredList list => list.Items.SelectMany((item, i) => Values(item, Join(path, $"{i}"))),
        StoredTensor => [],
        _ => [(path, value)],
    };

    static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
