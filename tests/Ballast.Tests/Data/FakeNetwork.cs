using System.Net;

namespace Ballast.Tests.Data;

/// <summary>A network that answers every request alike, or each by its address.</summary>
sealed class FakeNetwork(Func<Uri, Stream> content, HttpStatusCode status = HttpStatusCode.OK) : HttpMessageHandler
{
    public FakeNetwork(Func<Stream> content, HttpStatusCode status = HttpStatusCode.OK)
        : this(_ => content(), status)
    {
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Task.FromResult(new HttpResponseMessage(status) { Content = new StreamContent(content(request.RequestUri!)) });
}
