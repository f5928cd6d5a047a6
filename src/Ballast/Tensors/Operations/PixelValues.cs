using Ballast.Kernels;

namespace Ballast;

/// <summary>The values of images that are still bytes: byte / 255. A linear layer reads the bytes themselves; whoever else
/// reads gets floats.</summary>
sealed class PixelValues(Buffer bytes) : Deferred
{
    /// <summary>The bytes, row after row.</summary>
    public Span<byte> Bytes(int length) => bytes.Bytes(length);

    /// <inheritdoc/>
    public override unsafe void Write(Span<float> destination)
    {
        fixed (byte* from = Bytes(destination.Length))
        fixed (float* to = destination)
            Rows.Convert(from, to, destination.Length);
    }

    /// <inheritdoc/>
    protected override void ReleaseSources() => bytes.Release();
}
