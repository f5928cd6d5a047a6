namespace Ballast.Kernels;

/// <summary>Where the pixels of two operands lie whose products are added up: images of rows of pixels.</summary>
/// <param name="Images">How many images there are.</param>
/// <param name="Rows">How many rows an image has.</param>
/// <param name="Columns">How many pixels a row has.</param>
readonly record struct PairedPixels(int Images, int Rows, int Columns)
{
    /// <summary>From one pixel of a row to the next in the first operand, and in the second.</summary>
    public nint StepA { get; init; }

    /// <inheritdoc cref="StepA"/>
    public nint StepB { get; init; }

    /// <summary>From one row to the next in the first operand, and in the second.</summary>
    public nint RowA { get; init; }

    /// <inheritdoc cref="RowA"/>
    public nint RowB { get; init; }

    /// <summary>From one image to the next in the first operand, and in the second.</summary>
    public nint ImageA { get; init; }

    /// <inheritdoc cref="ImageA"/>
    public nint ImageB { get; init; }

    /// <summary>Pixels in a single row.</summary>
    public static PairedPixels Line(int count, nint stepA, nint stepB) => new(1, 1, count) { StepA = stepA, StepB = stepB };
}
