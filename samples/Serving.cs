// A trained network behind HTTP: it names points by their cluster. dotnet run samples/Serving.cs [-- --short]
//   curl -d '{"points": [[0.5, -1.5, 2]]}' -H 'content-type: application/json' localhost:5000/predict
#:sdk Microsoft.NET.Sdk.Web
#:property PublishAot=false
#:project ../src/Ballast
using System.Net;
using System.Text.Json;
using Ballast;

bool isShort = args.Contains("--short");
Generator.Default.ManualSeed(42);

const int Features = 3, Classes = 4;
var centers = Tensor.Randn([Classes, Features]) * 2;
var labels = Tensor.RandInt(Classes, [600]);
var net = new Sequential(new Linear(Features, 32), new BatchNorm1d(32), new ReLU(), new Linear(32, Classes));
var data = new TensorDataset(centers.Index(0, labels) + Tensor.Randn([600, Features]), labels);
new Trainer(net, new Adam(net.Parameters(), 3e-3), new DataLoader(data, 20, shuffle: true), new TrainerOptions
{
    Epochs = 3,
    Callbacks = [new LineWriter()],
}).Fit();
net.Eval();

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.WebHost.UseUrls(isShort ? "http://127.0.0.1:0" : "http://localhost:5000");
var app = builder.Build();

// Requests run side by side: a network in evaluation mode only reads, so all threads share it.
const string Example = "{\"points\": [[0.5, -1.5, 2]]}";
app.MapPost("/predict", async (HttpRequest http) =>
{
    Request? request;
    try
    {
        request = await http.ReadFromJsonAsync<Request>();
    }
    catch (Exception error) when (error is JsonException or InvalidOperationException)
    {
        return Results.BadRequest(new { error = $"expected JSON of the type application/json, such as {Example}: {error.Message}" });
    }

    if (request?.Points is not { Length: > 0 and <= 1000 } points)
        return Results.BadRequest(new { error = $"expected 1 to 1000 points, such as {Example}" });
    int wrong = Array.FindIndex(points, static point => point is not { Length: Features });
    if (wrong >= 0)
        return Results.BadRequest(new { error = $"point {wrong} has {points[wrong]?.Length ?? 0} numbers. Send {Features}, such as {Example}" });
    var inputs = Tensor.From([.. points.SelectMany(static point => point)], [points.Length, Features]);
    return Results.Ok(new { predictions = Prediction.Run(net, inputs).Select(static best => new { best[0].Label, best[0].Probability }) });
});

await app.StartAsync();
Console.WriteLine($"listening on {app.Urls.First()}");
if (!isShort)
{
    await app.WaitForShutdownAsync();
    return 0;
}

// In short form it is its own client: forty requests at once, and three that it has to refuse.
using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
Task<HttpResponseMessage> Ask(string json) => client.PostAsync("/predict", new StringContent(json, null, "application/json"));
string center = string.Join(", ", centers.Select(0, 2).ToArray());
var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Ask($"{{\"points\": [[{center}]]}}")));
string answer = await answers[0].Content.ReadAsStringAsync();
Console.WriteLine($"a cluster's center: {answer}");
bool right = answers.All(static a => a.StatusCode == HttpStatusCode.OK) && answer.Contains("\"label\":2", StringComparison.Ordinal);
foreach (string wrong in new[] { "{\"points\": [[1, 2]]}", "{}", "points" })
{
    var refused = await Ask(wrong);
    string reason = await refused.Content.ReadAsStringAsync();
    Console.WriteLine($"{(int)refused.StatusCode}: {reason}");
    right &= refused.StatusCode == HttpStatusCode.BadRequest && reason.Contains("such as", StringComparison.Ordinal);
}

await app.StopAsync();
return right ? 0 : 1;

sealed record Request(float[][]? Points);
