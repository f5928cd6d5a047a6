using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ballast.Lab;

/// <summary>How <c>run.json</c> is written: for people to read, too.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    Converters =
    [
        typeof(RunKindJson), typeof(OptimizerKindJson), typeof(LossKindJson), typeof(FlipKindJson), typeof(PaddingModeJson),
        typeof(ValidationMetricJson), typeof(TestTimeAugmentationJson), typeof(PictureFitJson), typeof(LearnedKindJson),
        typeof(TunedBodyJson), typeof(NormalizationModeJson),
    ])]
[JsonSerializable(typeof(RunRecord))]
sealed partial class RunJson : JsonSerializerContext;

/// <summary>How a line of <c>metrics.jsonl</c> is written: short, and with losses that are not finite as text.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    Converters = [typeof(MetricKindJson), typeof(TestTimeAugmentationJson)])]
[JsonSerializable(typeof(Metric))]
sealed partial class MetricJson : JsonSerializerContext;

sealed class RunKindJson() : JsonStringEnumConverter<RunKind>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

sealed class LearnedKindJson() : JsonStringEnumConverter<LearnedKind>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

sealed class OptimizerKindJson() : JsonStringEnumConverter<OptimizerKind>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

sealed class LossKindJson() : JsonStringEnumConverter<LossKind>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

sealed class PictureFitJson() : JsonStringEnumConverter<PictureFit>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

sealed class TunedBodyJson() : JsonStringEnumConverter<TunedBody>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

sealed class NormalizationModeJson() : JsonStringEnumConverter<NormalizationMode>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

sealed class FlipKindJson() : JsonStringEnumConverter<FlipKind>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

sealed class PaddingModeJson() : JsonStringEnumConverter<PaddingMode>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

sealed class ValidationMetricJson() : JsonStringEnumConverter<ValidationMetric>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

sealed class MetricKindJson() : JsonStringEnumConverter<MetricKind>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

sealed class TestTimeAugmentationJson() : JsonStringEnumConverter<TestTimeAugmentation>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false);
