using System.Buffers.Binary;

namespace Ballast.Tests.Data;

/// <summary>Writes IDX files for the tests.</summary>
static class IdxMaker
{
    public static byte[] Make(int[] sizes, byte[] elements, byte type = 8)
    {
        var file = new byte[4 + 4 * sizes.Length + elements.Length];
        file[2] = type;
        file[3] = (byte)sizes.Length;
        for (int i = 0; i < sizes.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 + 4 * i), sizes[i]);
        elements.CopyTo(file, 4 + 4 * sizes.Length);
        return file;
    }
}
