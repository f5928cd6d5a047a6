using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Ballast;

/// <summary>A protocol buffer message, field by field (protobuf.dev, "Encoding").</summary>
sealed class EventMessage
{
    const int Varint = 0, Fixed64 = 1, Delimited = 2, Fixed32 = 5;

    readonly ArrayBufferWriter<byte> bytes = new();

    /// <summary>The message so far.</summary>
    public ReadOnlySpan<byte> Written => bytes.WrittenSpan;

    /// <summary>A whole number.</summary>
    public EventMessage Integer(int field, long value)
    {
        Number((ulong)field << 3 | Varint);
        Number((ulong)value);
        return this;
    }

    /// <summary>A double.</summary>
    public EventMessage Real(int field, double value)
    {
        Number((ulong)field << 3 | Fixed64);
        BinaryPrimitives.WriteDoubleLittleEndian(bytes.GetSpan(sizeof(double)), value);
        bytes.Advance(sizeof(double));
        return this;
    }

    /// <summary>A float.</summary>
    public EventMessage Single(int field, float value)
    {
        Number((ulong)field << 3 | Fixed32);
        BinaryPrimitives.WriteSingleLittleEndian(bytes.GetSpan(sizeof(float)), value);
        bytes.Advance(sizeof(float));
        return this;
    }

    /// <summary>A text.</summary>
    public EventMessage Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>A message within this one.</summary>
    public EventMessage Message(int field, EventMessage value) => Bytes(field, value.Written);

    /// <summary>Bytes.</summary>
    public EventMessage Bytes(int field, ReadOnlySpan<byte> value)
    {
        Number((ulong)field << 3 | Delimited);
        Number((ulong)value.Length);
        bytes.Write(value);
        return this;
    }

    /// <summary>Doubles, packed.</summary>
    public EventMessage Reals(int field, IReadOnlyCollection<double> values)
    {
        Number((ulong)field << 3 | Delimited);
        Number((ulong)values.Count * sizeof(double));
        foreach (double value in values)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.GetSpan(sizeof(double)), value);
            bytes.Advance(sizeof(double));
        }

        return this;
    }

    // Seven bits a byte, the lowest first; the highest bit says that more follow.
    void Number(ulong value)
    {
        while (value >= 0x80)
        {
            bytes.Write([(byte)(value | 0x80)]);
            value >>= 7;
        }

        bytes.Write([(byte)value]);
    }
}
