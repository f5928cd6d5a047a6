using System.Diagnostics;
using System.Globalization;
using Ballast;
using Microsoft.ML;
using Microsoft.ML.Data;

// Tables FOLDER NAME...: accuracy or R2 over the five folds that bench/tables.py drew, of Ballast's training as it comes, of scikit-learn's MLP and of
// ML.NET's LightGBM, with the paired difference to the latter by rows. NAME/1 takes the first fold alone.
string folder = args[0];
Console.WriteLine("set               seed   Ballast      MLP LightGBM   Ballast - LightGBM   seconds of Ballast");
foreach (string arg in args[1..])
{
    string name = arg.Split('/')[0];
    int most = arg.Contains('/', StringComparison.Ordinal) ? int.Parse(arg.Split('/')[1], CultureInfo.InvariantCulture) : 5;
    for (int seed = 0; File.Exists(Path.Combine(folder, $"{name}-{seed}.folds.csv")); seed++)
        Compare(folder, name, seed, most);
}

static void Compare(string folder, string name, int seed, int most)
{
    string[] lines = File.ReadAllLines(Path.Combine(folder, $"{name}.csv"));
    float[][] rows = [.. lines.Skip(1).Select(static line => line.Split(',').Select(static cell => float.Parse(cell, CultureInfo.InvariantCulture)).ToArray())];
    double[][] given = [.. File.ReadLines(Path.Combine(folder, $"{name}-{seed}.folds.csv")).Skip(1)
        .Select(static line => line.Split(',').Select(static cell => double.Parse(cell, CultureInfo.InvariantCulture)).ToArray())];
    bool classes = name != "diabetes";
    List<double> truth = [], own = [], mlp = [], boosted = [];
    double seconds = 0;
    for (int fold = 0; fold < most; fold++)
    {
        int[] test = [.. Enumerable.Range(0, rows.Length).Where(i => (int)given[i][0] == fold)];
        int[] train = [.. Enumerable.Range(0, rows.Length).Where(i => (int)given[i][0] != fold)];
        truth.AddRange(test.Select(i => (double)rows[i][^1]));
        mlp.AddRange(test.Select(i => given[i][1]));
        long start = Stopwatch.GetTimestamp();
        own.AddRange(Ballast(folder, lines, train, test, classes, seed));
        seconds += Stopwatch.GetElapsedTime(start).TotalSeconds;
        boosted.AddRange(LightGbm(rows, train, test, classes, seed));
    }

    double mean = truth.Average(), variance = truth.Average(y => (y - mean) * (y - mean));
    // What a row adds to the score: 1 for a right class, 1 - (y - f)^2 / variance for a number.
    double[] Scores(List<double> said) => [.. truth.Zip(said, (y, f) => classes ? y == f ? 1.0 : 0 : 1 - (y - f) * (y - f) / variance)];
    double[] difference = [.. Scores(own).Zip(Scores(boosted), static (a, b) => a - b)];
    double middle = difference.Average(), error = Math.Sqrt(difference.Average(d => (d - middle) * (d - middle)) / difference.Length);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{name,-16} {seed,5} {Scores(own).Average(),9:F4} {Scores(mlp).Average(),8:F4} {Scores(boosted).Average(),8:F4}   {middle,8:F4} +- {error:F4}   {seconds,8:F1}"));
}

static IEnumerable<double> Ballast(string folder, string[] lines, int[] train, int[] test, bool classes, int seed)
{
    string known = Path.Combine(folder, "train.tmp.csv"), asked = Path.Combine(folder, "test.tmp.csv");
    File.WriteAllLines(known, [lines[0], .. train.Select(i => lines[i + 1])]);
    File.WriteAllLines(asked, [lines[0], .. test.Select(i => lines[i + 1])]);
    var training = new TableTraining { Seed = 42 + seed };
    var options = new TableOptions { Task = classes ? TableTask.Classification : TableTask.Regression };
    var model = training.Fit(TableDataset.Open(known, "y", options, count => training.Split(count).Train));
    return model.Predict(TableDataset.Open(asked, model.Schema)).Select(row => classes
        ? double.Parse(model.Schema.Target.Categories[Array.IndexOf(row, row.Max())], CultureInfo.InvariantCulture) : row[0]);
}

static IEnumerable<double> LightGbm(float[][] rows, int[] train, int[] test, bool classes, int seed)
{
    var context = new MLContext(seed);
    var schema = SchemaDefinition.Create(typeof(Row));
    schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, rows[0].Length - 1);
    IDataView View(int[] picked) => context.Data.LoadFromEnumerable(picked.Select(i => new Row { Features = rows[i][..^1], Label = rows[i][^1] }), schema);
    if (!classes)
        return context.Regression.Trainers.LightGbm().Fit(View(train)).Transform(View(test)).GetColumn<float>("Score").Select(static y => (double)y).ToArray();
    var model = context.Transforms.Conversion.MapValueToKey("Label")
        .Append(context.MulticlassClassification.Trainers.LightGbm())
        .Append(context.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(View(train));
    return model.Transform(View(test)).GetColumn<float>("PredictedLabel").Select(static y => (double)y).ToArray();
}

sealed class Row
{
    public float[] Features { get; set; } = [];

    public float Label { get; set; }
}
