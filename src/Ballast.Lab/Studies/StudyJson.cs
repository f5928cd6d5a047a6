using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ballast.Lab;

/// <summary>How a study's files are written: for people to read, too.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    Converters = [typeof(OptimizerKindJson), typeof(LossKindJson),
        typeof(FlipKindJson), typeof(PaddingModeJson), typeof(ValidationMetricJson), typeof(TestTimeAugmentationJson), typeof(TunedBodyJson),
        typeof(NormalizationModeJson)])]
[JsonSerializable(typeof(StudyDefinition))]
[JsonSerializable(typeof(StudyRecord))]
[JsonSerializable(typeof(StudySummary))]
sealed partial class StudyJson : JsonSerializerContext;

/// <summary>How a trial's file is written: on a few lines.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(TrialResult))]
sealed partial class TrialJson : JsonSerializerContext;

sealed class MeasureFormatJson() : JsonStringEnumConverter<MeasureFormat>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

sealed class MeasureBetterJson() : JsonStringEnumConverter<MeasureBetter>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

sealed class PlotKindJson() : JsonStringEnumConverter<PlotKind>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

sealed class StudyAnswerKindJson() : JsonStringEnumConverter<StudyAnswerKind>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
