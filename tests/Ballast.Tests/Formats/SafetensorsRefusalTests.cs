using System.Buffers.Binary;
using System.Text;

namespace Ballast.Tests.Formats;

/// <summary>Malformed and hostile files: each is refused as invalid data, and cheaply.</summary>
public sealed class SafetensorsRefusalTests : IDisposable
{
    // Exceptions, their messages and the tables of a small header; far from any length a file could claim.
    const long MostAllocated = 1 << 20;

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ballast-tests-");

    public void Dispose() => folder.Delete(recursive: true);

    static byte[] File(string header, int dataLength = 0) => File(Encoding.UTF8.GetBytes(header), dataLength);

    static byte[] File(byte[] header, int dataLength)
    {
        byte[] bytes = new byte[8 + header.Length + dataLength];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, header.Length);
        header.CopyTo(bytes, 8);
        return bytes;
    }

    static string Tensor(string fields) => "{\"w\":{" + fields + "}}";

    /// <summary>Reads both ways; returns the message of the refusal, the same in both, or null if it was accepted.
    /// </summary>
    string? Refusal(byte[] bytes)
    {
        string path = Path.Combine(folder.FullName, "f");
        System.IO.File.WriteAllBytes(path, bytes);
        string? parsed = MessageOf(() => SafetensorsFile.Parse(bytes));
        string? loaded = MessageOf(() => SafetensorsFile.Load(path));
        Assert.Equal(parsed, loaded?.Replace(path, "safetensors data", StringComparison.Ordinal));
        return parsed;
    }

    static string? MessageOf(Action read)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            read();
            return null;
        }
        catch (InvalidDataException refusal)
        {
            return refusal.Message;
        }
        finally
        {
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostAllocated);
        }
    }

    void Refuses(string named, byte[] bytes) => Assert.Contains(named, Refusal(bytes) ?? "accepted");

    [Theory]
    [InlineData(0UL, "begin with")]
    [InlineData(3UL, "only 2 follow")]
    [InlineData(100_000_000UL, "only 2 follow")]
    [InlineData(100_000_001UL, "format allows 100000000")]
    [InlineData(0x7FFFFFFFFFFFFFFFUL, "format allows")]
    [InlineData(0xFFFFFFFFFFFFFFFFUL, "format allows")]
    public void A_header_length_that_cannot_be_is_refused(ulong length, string named)
    {
        byte[] bytes = File("{}");
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        Refuses(named, bytes);
    }

    [Fact]
    public void Files_too_short_for_a_length_are_refused()
    {
        for (int length = 0; length < 8; length++)
            Refuses($"{length} bytes are too few", new byte[length]);
    }

    [Theory]
    [InlineData("[]", "begin with")]
    [InlineData(" {}", "begin with")]
    [InlineData("\ufeff{}", "begin with")]
    [InlineData("{", "JSON")]
    [InlineData("{}{}", "JSON")]
    [InlineData("{} x", "JSON")]
    [InlineData("{\"w\":", "JSON")]
    [InlineData("{/**/}", "JSON")]
    [InlineData("{\"\\ud800\":{}}", "Unicode")]
    [InlineData("{\"w\":{},}", "lacks dtype")]
    [InlineData("{\"w\":[]}", "expected an object")]
    [InlineData("{\"w\":null}", "expected an object")]
    [InlineData("{\"__metadata__\":[]}", "expected an object of texts")]
    [InlineData("{\"__metadata__\":{\"a\":1}}", "texts only")]
    [InlineData("{\"__metadata__\":{\"a\":{}}}", "texts only")]
    [InlineData("{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}", "'a' twice")]
    [InlineData("{\"__metadata__\":{},\"__metadata__\":{}}", "occurs twice")]
    public void A_header_that_is_not_the_formats_JSON_is_refused(string header, string named) =>
        Refuses(named, File(header));

    [Theory]
    [InlineData("'dtype':'F32','shape':[1]", "lacks data_offsets")]
    [InlineData("'dtype':'F32','data_offsets':[0,4]", "lacks shape")]
    [InlineData("'shape':[1],'data_offsets':[0,4]", "lacks dtype")]
    [InlineData("'dtype':'F32','dtype':'F32','shape':[1],'data_offsets':[0,4]", "dtype twice")]
    [InlineData("'dtype':'F32','shape':[1],'shape':[1],'data_offsets':[0,4]", "shape twice")]
    [InlineData("'dtype':'F32','shape':[1],'data_offsets':[0,4],'data_offsets':[0,4]", "data_offsets twice")]
    [InlineData("'dtype':'F32','shape':[1],'data_offsets':[0,4],'x':0", "unknown field 'x'")]
    [InlineData("'dtype':'F33','shape':[1],'data_offsets':[0,4]", "unknown dtype 'F33'")]
    [InlineData("'dtype':'f32','shape':[1],'data_offsets':[0,4]", "unknown dtype 'f32'")]
    [InlineData("'dtype':7,'shape':[1],'data_offsets':[0,4]", "expected the name of a dtype")]
    [InlineData("'dtype':'F32','shape':1,'data_offsets':[0,4]", "shape as an array")]
    [InlineData("'dtype':'F32','shape':[-1],'data_offsets':[0,4]", "whole numbers")]
    [InlineData("'dtype':'F32','shape':[1.0],'data_offsets':[0,4]", "whole numbers")]
    [InlineData("'dtype':'F32','shape':['1'],'data_offsets':[0,4]", "whole numbers")]
    [InlineData("'dtype':'F32','shape':[9223372036854775808],'data_offsets':[0,4]", "whole numbers")]
    [InlineData("'dtype':'F32','shape':[4611686018427387905,4],'data_offsets':[0,4]", "beyond 2^63")]
    [InlineData("'dtype':'F32','shape':[9223372036854775807],'data_offsets':[0,4]", "beyond 2^63")]
    [InlineData("'dtype':'F32','shape':[2],'data_offsets':[0,4]", "take 8")]
    [InlineData("'dtype':'F32','shape':[1],'data_offsets':[0]", "expected a begin and an end")]
    [InlineData("'dtype':'F32','shape':[1],'data_offsets':[0,4,8]", "expected a begin and an end")]
    [InlineData("'dtype':'F32','shape':[1],'data_offsets':[4,0]", "expected a begin and an end")]
    [InlineData("'dtype':'F32','shape':[1],'data_offsets':[-4,0]", "whole numbers")]
    [InlineData("'dtype':'F32','shape':[1],'data_offsets':[4,8]", "hole")]
    [InlineData("'dtype':'F32','shape':[2],'data_offsets':[0,8]", "truncated")]
    [InlineData("'dtype':'U8','shape':[3],'data_offsets':[0,3]", "belong to no tensor")]
    [InlineData("'dtype':'U8','shape':[9223372036854775807],'data_offsets':[0,9223372036854775807]", "truncated")]
    [InlineData("'dtype':'F32','shape':[[1]],'data_offsets':[0,4]", "depth")]
    public void A_tensor_that_breaks_a_rule_is_refused_with_that_rule(string fields, string named) =>
        Refuses(named, File(Tensor(fields.Replace('\'', '"')), 4));

    [Theory]
    [InlineData(0, 4, 2, 6, "overlap")]
    [InlineData(0, 4, 0, 4, "overlap")]
    [InlineData(0, 4, 5, 9, "hole")]
    public void Tensors_that_overlap_or_leave_holes_are_refused(int begin, int end, int begin2, int end2, string named)
    {
        static string Floats(int from, int to) => $$"""{"dtype":"F32","shape":[1],"data_offsets":[{{from}},{{to}}]}""";
        string header = $$$"""{"a":{{{Floats(begin, end)}}},"b":{{{Floats(begin2, end2)}}}}""";
        Refuses(named, File(header, Math.Max(end, end2)));
    }

    [Fact]
    public void A_name_that_occurs_twice_is_refused()
    {
        const string Empty = """{"dtype":"U8","shape":[0],"data_offsets":[0,0]}""";
        Refuses("'a' occurs twice", File($$$"""{"a":{{{Empty}}},"\u0061":{{{Empty}}}}"""));
    }

    [Fact]
    public void Deep_nesting_and_long_lists_are_refused_without_following_them()
    {
        Refuses("depth", File($$"""{"w":{"shape":{{new string('[', 50_000)}}"""));
        Refuses("texts only", File($$"""{"__metadata__":{{string.Concat(Enumerable.Repeat("{\"a\":", 20_000))}}"""));
        Refuses("more than 64", File(Tensor($"\"shape\":[{string.Join(',', Enumerable.Repeat(1, 50_000))}]")));
    }

    [Fact]
    public void Text_that_is_not_UTF8_is_refused() =>
        Refuses("UTF-8", File([(byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)':', (byte)'0', (byte)'}'], 0));

    [Fact]
    public void A_hostile_name_is_shown_short_and_harmless()
    {
        string message = Refusal(File($$"""{"\u001b[2J{{new string('x', 10_000)}}":0}"""))!;
        Assert.DoesNotContain('\u001b', message);
        Assert.InRange(message.Length, 0, 400);
    }

    [Fact]
    public void Spaces_behind_the_header_and_empty_tensors_between_others_are_allowed()
    {
        const string Header = """
            {"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]},
            "e":{"dtype":"F64","shape":[0],"data_offsets":[1,1]},
            "a":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}
            """ + "   ";
        Assert.Null(Refusal(File(Header, 3)));
        Assert.Equal(["a", "e", "b"], SafetensorsFile.Parse(File(Header, 3)).Entries.Select(e => e.Name));
    }

    [Fact]
    public void Random_damage_is_either_read_or_refused_as_invalid_data()
    {
        string path = Path.Combine(folder.FullName, "good");
        SafetensorsFile.Save(path,
            [
                new("layers.1.weight", StoredType.F32, [2, 3], new byte[24]),
                new("layers.1.bias", StoredType.F32, [2], new byte[8]),
                new("steps", StoredType.I64, [], new byte[8]),
                new("empty", StoredType.U8, [0, 7], Array.Empty<byte>()),
            ],
            new Dictionary<string, string> { ["format"] = "pt" });
        byte[] good = System.IO.File.ReadAllBytes(path);
        byte[] grammar = "{}[]\",:0123456789-.eE \\u\0\xFF"u8.ToArray();
        var random = new Random(20240607);
        int refused = 0;
        const int Rounds = 20_000;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] bytes = Damaged(good, grammar, random);
            if (MessageOf(() => SafetensorsFile.Parse(bytes)) is not null)
                refused++;
        }

        // Damage within names, text or data leaves a valid file; most of it does not.
        Assert.InRange(refused, Rounds / 4, Rounds - 1);
    }

    static byte[] Damaged(byte[] good, byte[] grammar, Random random)
    {
        List<byte> bytes = [.. good];
        for (int n = random.Next(1, 4); n > 0 && bytes.Count > 0; n--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = grammar[random.Next(grammar.Length)];
                    break;
                case 2:
                    bytes.Insert(at, grammar[random.Next(grammar.Length)]);
                    break;
                case 3:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at));
                    break;
                case 4:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 40), bytes.Count - at)));
                    break;
            }
        }

        // Half of the time the length still fits, so that the damage reaches the header's own rules.
        if (bytes.Count >= 8 && random.Next(2) == 0)
        {
            int length = Math.Max(0, (int)BinaryPrimitives.ReadInt64LittleEndian(good) + bytes.Count - good.Length);
            byte[] field = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(field, length);
            for (int i = 0; i < field.Length; i++)
                bytes[i] = field[i];
        }

        return [.. bytes];
    }
}
