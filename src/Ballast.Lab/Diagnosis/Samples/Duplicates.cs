namespace Ballast.Lab;

/// <summary>Samples of equal values, by their content: what test data must not share with training data, and what cannot be learned. Values
/// are compared by a digest of them all (SHA-256); pictures that are kept as bytes are compared by these, however they are standardized.
/// </summary>
public static class Duplicates
{
    /// <summary>The test samples that are training samples too, each with the first training sample of its values.</summary>
    /// <param name="test">The test data.</param>
    /// <param name="training">The training data.</param>
    /// <exception cref="ArgumentException">Samples of other inputs than floats and int64, or of different shapes.</exception>
    public static IReadOnlyList<(int Test, int Training)> Between(Dataset test, Dataset training)
    {
        var (tested, trained) = (All(test), All(training));
        if (test.SampleShape != training.SampleShape)
        {
            throw new ArgumentException(
                $"Duplicates: the test samples are {test.SampleShape} and the training samples {training.SampleShape}. Give data of one shape.");
        }

        return new DuplicateScan(trained, tested, null).Shared;
    }

    /// <summary>The test pictures that look like a training picture without being equal to it, each with the first such training picture: copies that
    /// were saved again with losses, or in another size. Pictures count as alike when their difference hashes (8 by 8 bits) differ in 7 bits at
    /// most, and their channels in 8 by 8 places by less than 14 % of their contrast; those with hardly any contrast are left out.</summary>
    /// <param name="test">The test pictures, of 16 x 16 pixels or more.</param>
    /// <param name="training">The training pictures.</param>
    /// <exception cref="ArgumentException">Pictures of different shapes.</exception>
    public static IReadOnlyList<(int Test, int Training)> Alike(ByteDataset test, ByteDataset training)
    {
        var (tested, trained) = (All(test), All(training));
        return test.SampleShape == training.SampleShape ? new DuplicateScan(trained, tested, null).Alike : throw new ArgumentException(
            $"Duplicates: the test samples are {test.SampleShape} and the training samples {training.SampleShape}. Give data of one shape.");
    }

    /// <summary>The test data without the samples that are training samples too.</summary>
    /// <param name="test">The test data.</param>
    /// <param name="training">The training data.</param>
    /// <exception cref="ArgumentException">Samples of other inputs than floats and int64, or of different shapes.</exception>
    public static Dataset Without(Dataset test, Dataset training)
    {
        var shared = Between(test, training).Select(static pair => pair.Test).ToHashSet();
        return test.Subset([.. Enumerable.Range(0, test.Count).Where(index => !shared.Contains(index))]);
    }

    /// <summary>The samples that have the values of another one and a different class, each with the first of these values.</summary>
    /// <param name="data">Samples with classes.</param>
    /// <exception cref="ArgumentException">Samples of other inputs than floats and int64, or without classes.</exception>
    public static IReadOnlyList<(int First, int Second)> Conflicts(Dataset data)
    {
        var samples = All(data);
        _ = samples.HasClasses ? 0 : data.Label(0);
        return new DuplicateScan(samples, null, null).Conflicting;
    }

    /// <summary>The data without the samples whose values occur with different classes: all samples of these values are left out.</summary>
    /// <param name="data">Samples with classes.</param>
    /// <exception cref="ArgumentException">Samples of other inputs than floats and int64, or without classes.</exception>
    public static Dataset WithoutConflicts(Dataset data)
    {
        var conflicts = Conflicts(data);
        if (conflicts.Count == 0)
            return data;
        var wrong = data.Subset([.. conflicts.Select(static pair => pair.First).Distinct()]);
        return Without(data, wrong);
    }

    static ScannedSamples All(Dataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Inputs.FirstOrDefault(static input => input.ElementType is not (ElementType.Float32 or ElementType.Int64)) is { } other)
            throw new ArgumentException($"Duplicates: expected inputs of floats or int64, got {other.Name} of {other.ElementType}. Convert it.");
        return new ScannedSamples(data, [.. Enumerable.Range(0, data.Count)], int.MaxValue, CancellationToken.None);
    }
}
