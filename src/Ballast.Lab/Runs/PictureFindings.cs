namespace Ballast.Lab;

/// <summary>What a network did with pictures, and those of its surest mistakes.</summary>
static class PictureFindings
{
    const int Most = 12, LargestSide = 160;

    /// <summary>The findings; null where there are none.</summary>
    /// <param name="classes">What it said of each picture; null where that is not known.</param>
    /// <param name="data">The pictures.</param>
    public static RunFindings? Of(ClassFindings? classes, ByteDataset data) => classes is null ? null : new RunFindings
    {
        Classes = classes,
        Mistakes = data.SampleShape is { Rank: 3 } shape && shape[0] is 1 or 3 && Math.Max(shape[1], shape[2]) <= LargestSide
            ? [.. classes.Wrong().Take(Most).Select(i => new Mistake(data.SampleName(i), classes.Names[classes.Label(i)],
                classes.Names[classes.Predicted(i)], classes.Of(i, classes.Predicted(i)), new Picture(shape, data.Bytes(i).ToArray()).ToPng()))]
            : [],
    };
}
