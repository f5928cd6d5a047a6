namespace Ballast;

/// <summary>Looks fields of a protocol buffer message up (protobuf.dev, "Encoding").</summary>
static class EventFields
{
    const int Varint = 0, Fixed64 = 1, Delimited = 2, Fixed32 = 5;

    /// <summary>The value of a field.</summary>
    public readonly ref struct Value
    {
        /// <summary>A whole number.</summary>
        public long Integer { get; init; }

        /// <summary>Bytes, a text or a message.</summary>
        public ReadOnlySpan<byte> Bytes { get; init; }
    }

    /// <summary>The first field of a number; false where there is none, or the message is damaged.</summary>
    public static bool Find(ReadOnlySpan<byte> message, int field, out Value value)
    {
        value = default;
        int at = 0;
        while (TryNumber(message, ref at, out ulong key))
        {
            ulong length = 0;
            switch ((int)(key & 7))
            {
                case Varint when TryNumber(message, ref at, out ulong number):
                    value = new Value { Integer = (long)number };
                    break;
                case Fixed64:
                    length = sizeof(ulong);
                    break;
                case Fixed32:
                    length = sizeof(uint);
                    break;
                case Delimited when TryNumber(message, ref at, out length):
                    break;
                default:
                    return false;
            }

            if (length > (ulong)(message.Length - at))
                return false;
            if (length > 0 || (key & 7) == Delimited)
                value = new Value { Bytes = message.Slice(at, (int)length) };
            at += (int)length;
            if ((int)(key >> 3) == field)
                return true;
        }

        value = default;
        return false;
    }

    static bool TryNumber(ReadOnlySpan<byte> message, ref int at, out ulong value)
    {
        value = 0;
        for (int shift = 0; shift < 64 && at < message.Length; shift += 7)
        {
            byte next = message[at++];
            value |= (ulong)(next & 127) << shift;
            if (next < 128)
                return true;
        }

        return false;
    }
}
