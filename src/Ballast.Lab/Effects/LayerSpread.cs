using System.Text.Json.Serialization;

namespace Ballast.Lab;

/// <summary>A line of <c>activations.jsonl</c>: the values at one layer, on training images in mini-batches as in training.</summary>
/// <param name="Step">How many mini-batches were done.</param>
/// <param name="Epoch">How many epochs were over, 0 before training.</param>
/// <param name="Layer">The layer's dotted name: <c>layers.2</c>.</param>
/// <param name="Title">The layer, as it describes itself: <c>BatchNorm1d(64)</c>.</param>
/// <param name="Before">The values that a normalization is given; of a network without any, those that a linear or convolutional layer
/// gives to its activation.</param>
/// <param name="After">The values that a normalization gives; null where there is none.</param>
public sealed record LayerSpread(long Step, int Epoch, string Layer, string Title, ValueSpread Before, ValueSpread? After = null);

/// <summary>Is given the values at a place of a network.</summary>
delegate void TakeValues(string place, ReadOnlySpan<float> values);

/// <summary>How a line of <c>activations.jsonl</c> is written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(LayerSpread))]
sealed partial class LayerSpreadJson : JsonSerializerContext;
