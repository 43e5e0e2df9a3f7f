def test_signed_in_page(client, world):
    page = client.as_(world.organiser).get("/events")
    assert page.status_code == 200, page.text
    assert "Organiser" in page.text
    assert client.get("/events").status_code == 303
    assert client.as_(world.organiser).get("/staff").status_code == 403
    assert client.get("/nope").status_code == 404
