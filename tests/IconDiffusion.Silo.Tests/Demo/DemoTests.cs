using System.Net;
using System.Text.Json.Nodes;
using IconDiffusion.Imaging;
using IconDiffusion.Pipeline.Publishing;
using IconDiffusion.Silo.Tests.Hosting;

namespace IconDiffusion.Silo.Tests.Demo;

/// <summary>The public page over HTTP.</summary>
public sealed class DemoTests
{
    [Fact]
    [Trait("Speed", "Slow")]
    public async Task EachVisitor_GetsANewIcon_ThatIsMarkedAndSaysWhatItIs()
    {
        await using var demo = await TestDemo.StartAsync();

        var icons = await Task.WhenAll(Enumerable.Range(1, 8).Select(i => demo.VisitAsync($"192.0.2.{i}")));

        Assert.Equal(Enumerable.Range(ShownIcons.First, 8), icons.Select(icon => (int)icon["number"]!).Order());
        Assert.Equal(8, icons.DistinctBy(icon => (string)icon["png"]!).Count());
        Assert.All(icons, icon =>
        {
            var png = Convert.FromBase64String((string)icon["png"]!);
            var image = ImageFile.Decode(png, "icon").Over(Rgb.White);
            Assert.Equal((16, new Rgb(32, 32, 32), Rgb.White), (image.Width, image[15, 15], image[9 + 2, 9 + 1]));
            Assert.Equal(
                IconMetadata.Of(demo.Faces.Run, demo.Faces.Run.DatasetFingerprint, demo.Faces.Run.RequireConsent(), watermark: true).Entries((int)icon["number"]!),
                PngText.Read(png));
        });
        var about = JsonNode.Parse(await demo.Client.GetStringAsync("/about"))!;
        Assert.Equal(
            (TrainedFaces.Terms.Artist, TrainedFaces.Terms.Licence, demo.Faces.Run.Id, 8, 0),
            ((string)about["artist"]!, (string)about["licence"]!, (string)about["run"]!, (int)about["shown"]!, (int)about["copies"]!));
    }

    [Fact]
    public async Task ARunThatCopies_ShowsNoCopy()
    {
        await using var demo = await TestDemo.StartAsync(before: faces => faces.Memorise(ShownIcons.First, ShownIcons.First + 1, ShownIcons.First + 3));

        Assert.Equal(ShownIcons.First + 2, (int)(await demo.VisitAsync("192.0.2.1"))["number"]!);
        Assert.Equal(ShownIcons.First + 4, (int)(await demo.VisitAsync("192.0.2.2"))["number"]!);
        Assert.Equal((2, 3), (demo.Tally.Shown, demo.Tally.Copies));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task ARunThatCopiesAlone_ShowsNothing_AndSaysSo()
    {
        await using var demo = await TestDemo.StartAsync(before: faces => faces.Memorise([.. Enumerable.Range(ShownIcons.First, FreshIcons.MostTries)]));

        var last = await demo.VisitAsync("192.0.2.1");

        Assert.Equal("none", (string)last["kind"]!);
        Assert.Null(last["png"]);
    }

    [Fact]
    public async Task TwentyWaitWhileTheConsentIsRevoked_AndAllAreToldThatThePageIsClosed()
    {
        await using var demo = await TestDemo.StartAsync(TestDemo.Slow);
        var answers = await Task.WhenAll(Enumerable.Range(1, 20).Select(i => demo.AskAsync($"192.0.2.{i}")));

        demo.Faces.Revoke();
        var last = await Task.WhenAll(answers.Select(answer => TestDemo.LastAsync(answer)));

        // An icon may have been drawn before.
        Assert.InRange(last.Count(news => (string)news["kind"]! == "icon"), 0, (int)demo.Tally.Shown);
        Assert.All(last.Where(news => (string)news["kind"]! != "icon"), news => Assert.Equal(("closed", 410), ((string)news["kind"]!, (int)news["status"]!)));
        var page = await demo.Client.GetAsync("/");
        Assert.Equal((HttpStatusCode.Gone, "text/html"), (page.StatusCode, page.Content.Headers.ContentType!.MediaType));
        Assert.DoesNotContain("Painter", await page.Content.ReadAsStringAsync());
        foreach (var path in (string[])["/about", "/qr.png", "/demo/demo.js"])
            await Problem.SentenceAsync(HttpStatusCode.Gone, await demo.Client.GetAsync(path));
        Assert.DoesNotContain("reason", await Problem.SentenceAsync(HttpStatusCode.Gone, await demo.AskAsync("192.0.2.99")));
        Assert.Equal(HttpStatusCode.OK, (await demo.Client.GetAsync("/demo/demo.css")).StatusCode);
    }

    [Fact]
    public async Task WithNobodyThere_ThePageClosesAllTheSame()
    {
        await using var demo = await TestDemo.StartAsync();
        demo.Faces.Revoke();

        await TestSilo.UntilAsync(async patience => (await demo.Client.GetAsync("/about", patience)).StatusCode == HttpStatusCode.Gone);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task OneAddressThatAsksForMany_MakesNobodyWaitLonger()
    {
        await using var demo = await TestDemo.StartAsync(TestDemo.Slow);
        var drawn = await demo.BeginAsync("192.0.2.1");
        var waiting = new List<HttpResponseMessage>();
        for (var i = 0; i < 3; i++)
            waiting.Add(await demo.AskAsync("192.0.2.2"));

        var refused = await demo.AskAsync("192.0.2.2");
        var other = await demo.AskAsync("192.0.2.3");

        await Problem.SentenceAsync(HttpStatusCode.TooManyRequests, refused);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
        var numbers = await Task.WhenAll(waiting.Append(other).Select(async answer => (int)(await TestDemo.LastAsync(answer))["number"]!));
        Assert.Equal([1, 3, 4, 2, 0], numbers.Append((int)(await drawn.Last)["number"]!).Select(number => number - ShownIcons.First));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task WhoLeaves_GivesUpTheirPlace()
    {
        await using var demo = await TestDemo.StartAsync(steps: 1000);
        using var leaving = new CancellationTokenSource();
        var drawn = await demo.BeginAsync("192.0.2.1");
        using var waiting = await demo.AskAsync("192.0.2.2", leaving.Token);
        var stays = await demo.AskAsync("192.0.2.3");

        await leaving.CancelAsync();
        waiting.Dispose();

        // No number was used up for who left.
        Assert.Equal(ShownIcons.First + 1, (int)(await TestDemo.LastAsync(stays))["number"]!);
        Assert.Equal(ShownIcons.First, (int)(await drawn.Last)["number"]!);
    }

    [Theory]
    [InlineData(1, 100, 3)]  // icons
    [InlineData(100, 2, 4)]  // requests of any kind
    public async Task TooManyRequestsOfAnAddress_AreRefused_AndOthersAreNot(int icons, int requests, int asked)
    {
        await using var demo = await TestDemo.StartAsync(options: options => options with { IconsAMinute = icons, RequestsAMinute = requests });

        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < asked; i++)
            answers.Add(await demo.AskAsync("2001:db8::1"));
        // The same household.
        answers.Add(await demo.AskAsync("2001:db8::2:1"));

        Assert.Equal(Math.Min(icons, requests), answers.Count(answer => answer.IsSuccessStatusCode));
        Assert.All(answers.Where(answer => !answer.IsSuccessStatusCode), answer =>
            Assert.Equal((HttpStatusCode.TooManyRequests, true), (answer.StatusCode, answer.Headers.RetryAfter?.Delta <= TimeSpan.FromMinutes(1))));
        Assert.Equal("icon", (string)(await demo.VisitAsync("2001:db8:0:1::1"))["kind"]!);
    }

    [Fact]
    public async Task NothingElseIsServed_AndEveryAnswerIsProtected()
    {
        await using var demo = await TestDemo.StartAsync();
        var dataset = Path.GetFileName(Directory.GetFiles(demo.Faces.Data.Datasets).Single());
        foreach (var (status, method, path) in ((HttpStatusCode, string, string)[])
        [
            (HttpStatusCode.OK, "GET", "/"),
            (HttpStatusCode.OK, "GET", "/demo/demo.css"),
            (HttpStatusCode.OK, "GET", "/demo/demo.js"),
            (HttpStatusCode.OK, "GET", "/demo/events.js"),
            (HttpStatusCode.OK, "GET", "/about"),
            (HttpStatusCode.OK, "GET", "/qr.png"),
            (HttpStatusCode.BadRequest, "POST", "/icons?seed=1"),
            (HttpStatusCode.MethodNotAllowed, "GET", "/icons"),
            (HttpStatusCode.MethodNotAllowed, "POST", "/"),
            (HttpStatusCode.MethodNotAllowed, "DELETE", "/about"),
            (HttpStatusCode.NotFound, "GET", "/icons/1000000"),
            (HttpStatusCode.NotFound, "GET", "/demo/closed.html"),
            (HttpStatusCode.NotFound, "GET", $"/datasets/{dataset}"),
            (HttpStatusCode.NotFound, "GET", $"/runs/{demo.Faces.Run.Id}/spec.json"),
            (HttpStatusCode.NotFound, "GET", $"/api/runs/{demo.Faces.Run.Id}/files"),
            (HttpStatusCode.NotFound, "GET", "/demo/%2e%2e/%2e%2e/etc/passwd"),
        ])
        {
            var answer = await demo.Client.SendAsync(new(new(method), path));
            Assert.Equal((path, status), (path, answer.StatusCode));
            if (status != HttpStatusCode.OK)
                await Problem.SentenceAsync(status, answer);
            Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", answer.Headers.GetValues("Content-Security-Policy").Single());
            Assert.Equal(("nosniff", "no-referrer"), (answer.Headers.GetValues("X-Content-Type-Options").Single(), answer.Headers.GetValues("Referrer-Policy").Single()));
            Assert.False(answer.Headers.Contains("Set-Cookie"));
            Assert.False(answer.Headers.Contains("Server"));
        }
        await Problem.SentenceAsync(HttpStatusCode.BadRequest, await demo.Client.PostAsync("/icons", new StringContent("{}")));
        Assert.Equal(0, demo.Tally.Shown);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task WhereTheModelKnowsTags_TheyMayBeAskedFor_AndNothingElseMay()
    {
        await using var demo = await TestDemo.StartAsync(tags: true);
        Assert.Equal(TrainedFaces.Tags, JsonNode.Parse(await demo.Client.GetStringAsync("/about"))!["tags"]!.AsArray().Select(tag => (string)tag!));

        var icon = await TestDemo.LastAsync(await demo.AskAsync("192.0.2.1", default, TrainedFaces.Tags[0], TrainedFaces.Tags[1]));
        Assert.Equal(("icon", ShownIcons.First), ((string)icon["kind"]!, (int)icon["number"]!));
        foreach (var query in (string[])["tag=beard", "tag=Hat", "tag=", "tag", "tag=hat&tag=cap", "tag=hat&guidance=8", "TAG=hat", "seed=1", "with=hat"])
            await Problem.SentenceAsync(HttpStatusCode.BadRequest, await demo.Client.PostAsync($"/icons?{query}", null));
        Assert.Equal(1, demo.Tally.Shown);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task AModelThatKnowsNoTags_IsAskedForNone()
    {
        await using var demo = await TestDemo.StartAsync();
        Assert.Null(JsonNode.Parse(await demo.Client.GetStringAsync("/about"))!["tags"]);
        await Problem.SentenceAsync(HttpStatusCode.BadRequest, await demo.AskAsync("192.0.2.1", default, "hat"));
    }

    [Fact]
    public async Task ThePage_HoldsNoScriptOfItsOwn_AndItsCodeIsOfItsAddress()
    {
        await using var demo = await TestDemo.StartAsync(options: options => options with { PublicUrl = "https://icons.example.org/" });

        var html = await demo.Client.GetStringAsync("/");
        Assert.DoesNotMatch("<script(?![^>]*src=)|<style|style=|\\son[a-z]+=", html);
        Assert.Equal("https://icons.example.org/", (string)JsonNode.Parse(await demo.Client.GetStringAsync("/about"))!["url"]!);
        using var code = QRCoder.QRCodeGenerator.GenerateQrCode("https://icons.example.org/", QRCoder.QRCodeGenerator.ECCLevel.M);
        using var drawing = new QRCoder.PngByteQRCode(code);
        Assert.Equal(drawing.GetGraphic(8), await demo.Client.GetByteArrayAsync("/qr.png"));
    }

    [Fact]
    public async Task WithoutAConsent_ThePageNamesNobody()
    {
        await using var demo = await TestDemo.StartAsync(consent: false);

        var about = JsonNode.Parse(await demo.Client.GetStringAsync("/about"))!;
        Assert.Equal((null, null, demo.Faces.Run.Id), (about["artist"], about["licence"], (string)about["run"]!));
        Assert.Equal("icon", (string)(await demo.VisitAsync("192.0.2.1"))["kind"]!);
    }
}
